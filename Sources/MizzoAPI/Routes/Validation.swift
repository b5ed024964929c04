import LyricsSync
import MizzoCatalog

/// Collects everything wrong with a body, so that a client learns of all of it at once.
struct Validation {
    private(set) var errors: [FieldError] = []

    /// Notes `detail` at a member, given as path components joined by `/`, unless `condition` holds.
    mutating func require(_ condition: Bool, _ member: String, _ detail: String) {
        if !condition { errors.append(FieldError(pointer: "/" + member, detail: detail)) }
    }

    /// A line of text: something to see, at most `max` characters, no control characters.
    mutating func line(_ text: String, _ member: String, max: Int) {
        require(!text.isBlankToTheEye, member, "Must not be empty.")
        length(text, member, max: max)
        require(!text.unicodeScalars.contains(where: \.isControl), member, "Must not hold control characters.")
    }

    /// Characters are counted as JSON Schema counts them, in code points: of what people see as one character, there is
    /// no longest.
    private mutating func length(_ text: String, _ member: String, max: Int) {
        require(text.unicodeScalars.count <= max, member, "Expected at most \(max) characters.")
    }

    /// Text of several lines.
    mutating func text(_ text: String, _ member: String, max: Int) {
        length(text, member, max: max)
        let hasControl = text.unicodeScalars.contains { $0.isControl && $0 != "\n" && $0 != "\r" && $0 != "\t" }
        require(!hasControl, member, "Must not hold control characters besides line breaks and tabs.")
    }

    /// A word, and more behind hyphens, as ``Schema/language`` says.
    mutating func language(_ text: String) {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        let first = words.first ?? ""
        let isGood =
            text.utf8.count <= 35 && first.count >= 2 && first.allSatisfy { $0.isASCII && $0.isLetter }
            && words.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } }
        require(isGood, "language", "Expected a language such as english or es-419, of at most 35 characters.")
    }

    mutating func tags(_ tags: [String]) {
        require(tags.count <= 20, "tags", "Expected at most 20 tags.")
        require(Set(tags).count == tags.count, "tags", "Every tag once.")
        for (index, tag) in tags.prefix(20).enumerated() { line(tag, "tags/\(index)", max: 40) }
    }

    /// Refuses blocked words, naming the word and its place.
    mutating func refuse(_ findings: [ProfanityFinding]) {
        for finding in findings where finding.level == .block {
            require(false, finding.field, "The word \(finding.matched.quotedForDetail) is not allowed.")
        }
    }

    func finish() throws {
        if !errors.isEmpty { throw Problem.validation(errors) }
    }
}

extension ProfanityCheck {
    /// Findings in everything an artist writes about a track.
    func findings(title: String, tags: [String], lyrics: String?) -> [ProfanityFinding] {
        findings(in: title, field: "title")
            + tags.enumerated().flatMap { findings(in: $1, field: "tags/\($0)") }
            + findings(in: lyrics ?? "", field: "lyrics")
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        properties.generalCategory == .control || properties.generalCategory == .lineSeparator
            || properties.generalCategory == .paragraphSeparator || turnsDirection
    }
}
