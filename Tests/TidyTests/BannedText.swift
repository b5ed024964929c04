/// A text that must not stand in code.
struct Ban: Sendable {
    let text: String
    let instead: String
    let folders: [String]
    var except: [String] = []
    /// What may stand just before the text, as `workflow` in `workflow.random(`.
    var allowedBefore: [String] = []
    /// What makes a line harmless wherever it stands.
    var allowedInLine: [String] = []

    func findings(in file: SourceFile, _ text: SwiftText) -> [Finding] {
        guard file.isIn(folders), !file.isIn(except) else { return [] }
        return text.code.enumerated().compactMap { index, line in
            guard occurs(in: line), !allowedInLine.contains(where: line.contains) else { return nil }
            return Finding(path: file.path, line: index + 1, message: "\(self.text) is banned, use \(instead)")
        }
    }

    private func occurs(in line: String) -> Bool {
        var rest = line[...]
        while let range = rest.firstRange(of: text) {
            let before = line[..<range.lowerBound]
            if !isInsideWord(before), !allowedBefore.contains(where: before.hasSuffix) { return true }
            rest = line[range.upperBound...]
        }
        return false
    }

    private func isInsideWord(_ before: Substring) -> Bool {
        guard let first = text.first, first.isLetter, let last = before.last else { return false }
        return last.isLetter || last.isNumber || last == "_"
    }
}

extension Ban {
    static let all = imports + determinism + everywhere + tests

    private static let pure = ["Sources/WorkflowEngine/Core/", "Sources/MizzoWorkflows/"]

    private static let imports = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch"].map {
        Ban(text: "import \($0)", instead: "the standard library", folders: pure)
    }

    private static let determinism = [
        Ban(text: "Date(", instead: "Timestamp or the run's `now`", folders: pure),
        Ban(text: "Date.now", instead: "the run's `now`", folders: pure),
        Ban(text: "UUID()", instead: "the run's `uuid()`", folders: pure),
        Ban(
            text: ".random(",
            instead: "a generator that is passed in",
            folders: pure,
            allowedBefore: ["workflow", "context"],
            allowedInLine: ["using:"]
        ),
        Ban(text: "Task {", instead: "`async let` or a task group", folders: pure),
        Ban(text: "Task.detached", instead: "`async let` or a task group", folders: pure),
        Ban(text: "Task.sleep", instead: "the run's `sleep`", folders: pure),
        Ban(text: "ContinuousClock", instead: "the run's `now`", folders: pure),
        Ban(text: "SuspendingClock", instead: "the run's `now`", folders: pure),
        Ban(text: "ProcessInfo", instead: "an activity", folders: pure),
        Ban(text: "FileManager", instead: "an activity", folders: pure),
    ]

    private static let everywhere = [
        Ban(text: "try!", instead: "`try` in a throwing function", folders: ["Sources/"]),
        Ban(text: "as!", instead: "`as?` with an error", folders: ["Sources/"]),
        Ban(
            text: "print(",
            instead: "a logger",
            folders: ["Sources/"],
            except: ["Sources/OperatorCLI/", "Sources/mizzo"],
            allowedBefore: ["."]
        ),
        Ban(
            text: "fatalError(",
            instead: "an error, or state that cannot be wrong",
            folders: ["Sources/"],
            except: Tolerated.stops.map(\.path)
        ),
        Ban(
            text: "preconditionFailure(",
            instead: "an error, or state that cannot be wrong",
            folders: ["Sources/"],
            except: Tolerated.stops.map(\.path)
        ),
    ]

    private static let tests = ["Task.sleep", "usleep(", "Thread.sleep", ".disabled(", "withKnownIssue"].map {
        Ban(
            text: $0,
            instead: "a virtual clock or a signal, and tests that run",
            folders: ["Tests/"],
            except: Tolerated.waits.map(\.path)
        )
    }
}
