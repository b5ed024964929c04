/// How grave a word is.
public enum ProfanityLevel: String, Codable, Sendable, CaseIterable {
    /// The text is refused.
    case block
    /// The text is taken and an admin sees it marked.
    case flag
}

/// A word found in a text: never silent, so that the artist can see which rule struck.
public struct ProfanityFinding: Codable, Equatable, Sendable {
    /// Which input: `title`, `tags/0`, `lyrics`.
    public var field: String
    /// The rule's word.
    public var term: String
    /// The text as written.
    public var matched: String
    /// How grave.
    public var level: ProfanityLevel
}

/// The words the platform refuses or flags. Compared as whole tokens after normalisation; see ``ProfanityCheck``.
public struct ProfanityRules: Sendable, Equatable {
    /// Word to level, in normalised spelling.
    public var terms: [String: ProfanityLevel]

    /// Rules with these words, normalised here.
    public init(block: [String], flag: [String]) {
        terms = [:]
        for word in flag { terms[TextFolding.fold(word)] = .flag }
        for word in block { terms[TextFolding.fold(word)] = .block }
    }

    /// Reads an operator's list: one rule per line, `block WORD`, `flag WORD` or `allow WORD` (which takes an earlier
    /// rule back); blank lines and lines starting with `#` are skipped.
    ///
    /// - Throws: ``ProfanityListError`` naming the first bad line.
    public init(list: String, extending base: ProfanityRules = ProfanityRules(block: [], flag: [])) throws {
        self = base
        for (index, line) in list.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let verb = words.first, !verb.hasPrefix("#") else { continue }
            guard words.count == 2 else { throw ProfanityListError(line: index + 1) }
            let term = TextFolding.fold(String(words[1]))
            switch verb {
            case "allow": terms[term] = nil
            case "block", "flag": terms[term] = ProfanityLevel(rawValue: String(verb))
            default: throw ProfanityListError(line: index + 1)
            }
        }
    }

    /// A small English start; slurs are blocked, strong language is flagged. Operators extend it with a list.
    public static let starter = ProfanityRules(
        block: ["nigger", "niggers", "faggot", "faggots", "kike", "kikes", "chink", "chinks", "tranny"],
        flag: [
            "fuck", "fucks", "fucked", "fucker", "fucking", "motherfucker", "shit", "shitty", "bullshit", "cunt",
            "bitch", "bitches", "asshole", "assholes", "whore", "slut", "wanker", "twat",
        ]
    )
}

/// A line of an operator's list that is not a rule.
public struct ProfanityListError: Error, Equatable, CustomStringConvertible {
    /// Counted from one.
    public let line: Int
    /// Stable, kebab-case.
    public var code: String { "profanity-list-invalid" }
    /// What is wrong and what to write.
    public var description: String {
        "Profanity list, line \(line): expected `block WORD`, `flag WORD` or `allow WORD`. Mend the line."
    }
}
