/// All problems ``LyricsValidator`` found in one value; never empty.
public struct LyricsProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable code for logs and answers.
    public let code = "invalid-lyrics"
    /// The problems in document order.
    public let problems: [LyricsProblem]

    init(problems: [LyricsProblem]) {
        self.problems = problems
    }

    /// The first three problems in words.
    public var description: String {
        let shown = problems.prefix(3).map(\.description).joined(separator: "; ")
        let rest = problems.count > 3 ? "; and \(problems.count - 3) more" : ""
        return "the lyrics are not valid: \(shown)\(rest)"
    }
}
