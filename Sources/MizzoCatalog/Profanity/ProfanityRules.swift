/// How grave a word is.
public enum ProfanityLevel: String, Codable, Sendable, CaseIterable {
    /// The text is refused.
    case block
    /// The text is taken and an admin sees it marked.
    case flag
    /// The text is taken and the track is labelled explicit; no admin has to look.
    case mild
}

/// How a word was written when it was found.
public enum ProfanitySpelling: String, Codable, Sendable, CaseIterable {
    /// Letter by letter, whatever its case, accents and alphabet.
    case plain
    /// With digits or signs for letters: `sh1t`.
    case masked
    /// With stretched letters: `fuuuck`.
    case stretched
    /// As single letters: `s h i t`.
    case spaced
    /// As a part of another word.
    case inside

    /// Readings that may be an accident: a blocked word is only flagged for them.
    var isDoubtful: Bool { self == .stretched || self == .spaced || self == .inside }
}

/// A word found in a text: never silent, so that the artist can see which rule struck, and where.
public struct ProfanityFinding: Codable, Equatable, Sendable {
    /// Which input: `title`, `tags/0`, `lyrics`.
    public var field: String
    /// The rule's word.
    public var term: String
    /// The text as written.
    public var matched: String
    /// How grave.
    public var level: ProfanityLevel
    /// How it was written.
    public var spelling: ProfanitySpelling
    /// Where `matched` begins in the field, in characters (grapheme clusters).
    public var start: Int
    /// Its length in characters.
    public var length: Int
}

/// The words the platform refuses, flags or labels. Compared as whole tokens after normalisation, and inside of tokens
/// where a rule says so; see ``ProfanityCheck``.
public struct ProfanityRules: Sendable, Equatable {
    /// Word to level, in normalised spelling.
    public var terms: [String: ProfanityLevel]
    /// Words that no harmless word contains, to level.
    public var stems: [String: ProfanityLevel] = [:]
    /// Whole tokens that are never found, whatever they contain.
    public var allowed: Set<String> = []

    /// Rules with these words, normalised here. `*` on both sides of a word finds it inside of others, too.
    public init(block: [String], flag: [String], mild: [String] = []) {
        terms = [:]
        for word in mild { add(word, .mild) }
        for word in flag { add(word, .flag) }
        for word in block { add(word, .block) }
    }

    /// Reads an operator's list: one rule per line, `block WORD`, `flag WORD`, `mild WORD` or `allow WORD` (which takes
    /// an earlier rule back and protects the word); `*WORD*` also finds the word inside of others. Blank lines and lines
    /// starting with `#` are skipped.
    ///
    /// - Throws: ``ProfanityListError`` naming the first bad line.
    public init(list: String, extending base: ProfanityRules = ProfanityRules(block: [], flag: [])) throws {
        self = base
        for (index, line) in list.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let verb = words.first, !verb.hasPrefix("#") else { continue }
            guard words.count == 2 else { throw ProfanityListError(line: index + 1) }
            if verb == "allow" {
                allow(words[1])
            } else if let level = ProfanityLevel(rawValue: verb) {
                add(words[1], level)
            } else {
                throw ProfanityListError(line: index + 1)
            }
        }
    }

    private mutating func add(_ word: String, _ level: ProfanityLevel) {
        let isStem = word.count > 2 && word.hasPrefix("*") && word.hasSuffix("*")
        let term = TextFolding.fold(isStem ? String(word.dropFirst().dropLast()) : word)
        allowed.remove(term)
        terms[term] = level
        if isStem { stems[term] = level }
    }

    private mutating func allow(_ word: String) {
        let term = TextFolding.fold(word.filter { $0 != "*" })
        terms[term] = nil
        stems[term] = nil
        allowed.insert(term)
    }

    /// A small start in a few languages; slurs are blocked, strong language is flagged, coarse words only labelled.
    /// Operators extend it with a list.
    public static let starter = ProfanityRules(
        block: ["nigger", "niggers", "faggot", "faggots", "kike", "kikes", "wetback", "wetbacks"],
        flag: [
            "*fuck*", "motherfucker", "shit", "shitty", "shits", "*bullshit*", "cunt", "cunts", "bitch", "bitches",
            "*asshole*", "whore", "whores", "slut", "sluts", "wanker", "twat", "chink", "chinks", "tranny", "nigga",
            "puta", "putas", "mierda", "pendejo", "cabron", "maricon", "scheisse", "scheiße", "arschloch", "hurensohn",
            "fotze", "putain", "salope", "connard", "merde", "cazzo", "stronzo", "caralho", "blyat", "suka",
        ],
        mild: ["crap", "arse", "bastard", "bastards", "bollocks", "pissed", "goddamn"]
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
        "Profanity list, line \(line): expected `block`, `flag`, `mild` or `allow` and one WORD. Mend the line."
    }
}
