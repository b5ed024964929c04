/// Looks for the rules' words in texts.
///
/// Whole tokens only, so that "Scunthorpe" and "Moby Dick" pass, except for words that are marked as never harmless
/// inside of others. A token also counts in its unmasked spellings: digits and signs read as letters (`sh1t`), stretched
/// letters shortened (`fuuuck`), and a run of single letters joined (`s h i t`, `s.h.i.t`). A blocked word that is only
/// found by a doubtful reading is flagged for the admin instead.
public struct ProfanityCheck: Sendable {
    private let rules: ProfanityRules
    private let stems: [Stem]

    /// A word to find inside of others.
    private struct Stem {
        let text: String
        let bytes: [UInt8]
        let level: ProfanityLevel
    }

    /// A check against these rules.
    public init(rules: ProfanityRules) {
        self.rules = rules
        stems = rules.stems.sorted { $0.key < $1.key }.map { text, level in
            Stem(text: text, bytes: Array(text.utf8), level: level)
        }
    }

    /// Every finding in `text`, each word once.
    public func findings(in text: String, field: String) -> [ProfanityFinding] {
        let original = Array(text)
        var found: [ProfanityFinding] = []
        // Songs repeat themselves.
        var seen: Set<String> = []
        for token in Self.tokens(of: text) {
            guard seen.insert(token.isSpaced ? " " + token.text : token.text).inserted else { continue }
            guard let match = match(token), !found.contains(where: { $0.term == match.term }) else { continue }
            let isLenient = match.level == .block && (match.spelling.isDoubtful || token.text.contains("*"))
            found.append(
                ProfanityFinding(
                    field: field,
                    term: match.term,
                    matched: String(original[token.start..<token.end]),
                    level: isLenient ? .flag : match.level,
                    spelling: match.spelling,
                    start: token.start,
                    length: token.end - token.start
                )
            )
        }
        return found
    }

    private struct Match {
        let term: String
        let level: ProfanityLevel
        let spelling: ProfanitySpelling
    }

    private func match(_ token: Token) -> Match? {
        if token.text.contains("*") { return starred(token.text) }
        let readings = Self.readings(of: token)
        guard !readings.contains(where: { rules.allowed.contains($0.text) }) else { return nil }
        for reading in readings {
            if let level = rules.terms[reading.text] {
                return Match(term: reading.text, level: level, spelling: reading.spelling)
            }
        }
        for reading in readings {
            let bytes = Array(reading.text.utf8)
            if let stem = stems.first(where: { Self.holds(bytes, $0.bytes) }) {
                return Match(term: stem.text, level: stem.level, spelling: .inside)
            }
        }
        return nil
    }

    private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first, part.count <= text.count else { return false }
        var start = 0
        while start <= text.count - part.count {
            if text[start] == first, text[start...].starts(with: part) { return true }
            start += 1
        }
        return false
    }

    /// A word with stars for letters: `f*ck`. At least half of it has to be there, and its ends, so that little else fits.
    private func starred(_ text: String) -> Match? {
        let stars = text.count { $0 == "*" }
        guard stars * 2 <= text.count, !rules.allowed.contains(text) else { return nil }
        let fitting = rules.terms.filter { term, _ in
            term.count == text.count && zip(term, text).allSatisfy { $1 == "*" || $0 == $1 }
        }
        guard let term = fitting.keys.min(), let level = fitting[term] else { return nil }
        return Match(term: term, level: level, spelling: .masked)
    }

    // MARK: Tokens

    /// A run of letters, digits and letter-like signs, folded, with its place in the original.
    struct Token: Equatable, Sendable {
        var text: String
        /// In characters of the original, as `end`.
        var start: Int
        var end: Int
        var isSpaced = false
    }

    /// The tokens of two and more characters, and the joined runs of single ones.
    static func tokens(of text: String) -> [Token] {
        let folded = TextFolding.folded(text)
        let all = folded.split { !isPart($0.character) }.compactMap { token(of: $0) }
        return all.filter { $0.text.count > 1 } + joined(all) + starred(folded)
    }

    private static func token(of part: ArraySlice<TextFolding.Folded>) -> Token? {
        guard let first = part.first, let last = part.last else { return nil }
        return Token(text: String(part.map(\.character)), start: first.origin, end: last.origin + 1)
    }

    /// Runs with stars inside, without the signs at their ends.
    private static func starred(_ folded: [TextFolding.Folded]) -> [Token] {
        guard folded.contains(where: { $0.character == "*" }) else { return [] }
        return folded.split { !isPart($0.character) && $0.character != "*" }.compactMap { part -> Token? in
            let begun = part.drop { !isAlphanumeric($0.character) }
            guard let end = begun.lastIndex(where: { isAlphanumeric($0.character) }) else { return nil }
            let core = begun[...end]
            return core.contains { $0.character == "*" } ? token(of: core) : nil
        }
    }

    /// Runs of three and more single characters as one token each.
    private static func joined(_ tokens: [Token]) -> [Token] {
        tokens.split { $0.text.count > 1 }.compactMap { run in
            guard run.count > 2, let first = run.first, let last = run.last else { return nil }
            return Token(text: run.map(\.text).joined(), start: first.start, end: last.end, isSpaced: true)
        }
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || signs[character] != nil
    }

    // MARK: Readings

    struct Reading: Equatable, Sendable {
        let text: String
        let spelling: ProfanitySpelling
    }

    /// What the token may stand for, the surest reading first.
    static func readings(of token: Token) -> [Reading] {
        let bare = token.text.drop { !isAlphanumeric($0) }
        let plain = String(bare.reversed().drop { !isAlphanumeric($0) }.reversed())
        let exact = Reading(text: plain, spelling: token.isSpaced ? .spaced : .plain)
        guard !isUnambiguous(token.text) else { return [exact] }
        let unmasked = [token.text, plain].flatMap { text in
            [signs, signsWithL].map { table in String(text.map { table[$0] ?? $0 }) }
        }
        let masked = unmasked.map { Reading(text: $0, spelling: token.isSpaced ? .spaced : .masked) }
        let stretched = ([plain] + unmasked).flatMap { text in
            [1, 2].map { Reading(text: squeezed(text, to: $0), spelling: token.isSpaced ? .spaced : .stretched) }
        }
        var seen: Set<String> = []
        return ([exact] + masked + stretched).filter { seen.insert($0.text).inserted }
    }

    /// Letters only, none of them more than twice in a row: there is one way to read it.
    private static func isUnambiguous(_ text: String) -> Bool {
        var (last, run) = (Character(" "), 0)
        for character in text {
            (last, run) = (character, character == last ? run + 1 : 1)
            guard run < 3, signs[character] == nil else { return false }
        }
        return true
    }

    private static func isAlphanumeric(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    private static let signs: [Character: Character] = [
        "@": "a", "4": "a", "8": "b", "3": "e", "€": "e", "6": "g", "9": "g", "1": "i", "!": "i", "|": "i", "0": "o",
        "5": "s", "$": "s", "7": "t", "+": "t",
    ]
    private static let signsWithL = signs.merging(["1": "l", "!": "l"]) { $1 }

    /// Runs of three and more of one letter cut to `length`.
    private static func squeezed(_ text: String, to length: Int) -> String {
        var result = ""
        var rest = Substring(text)
        while let first = rest.first {
            let run = rest.prefix { $0 == first }
            result += run.count > 2 ? run.prefix(length) : run
            rest = rest.dropFirst(run.count)
        }
        return result
    }
}
