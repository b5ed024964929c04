/// Looks for the rules' words in texts.
///
/// Whole tokens only, so that "Scunthorpe" and "Moby Dick" pass, except for words that are marked as never harmless
/// inside of others. A token also counts in its unmasked spellings: digits and signs read as letters (`sh1t`), stretched
/// letters shortened (`fuuuck`), and a run of single letters joined (`s h i t`, `s.h.i.t`). A blocked word that is only
/// found by a doubtful reading is flagged for the admin instead.
public struct ProfanityCheck: Sendable {
    private let rules: ProfanityRules

    /// A check against these rules.
    public init(rules: ProfanityRules) { self.rules = rules }

    /// Every finding in `text`, each word once.
    public func findings(in text: String, field: String) -> [ProfanityFinding] {
        let original = Array(text)
        var found: [ProfanityFinding] = []
        for token in Self.tokens(of: text) {
            guard let match = match(token), !found.contains(where: { $0.term == match.term }) else { continue }
            let isLenient = match.level == .block && match.spelling.isDoubtful
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
        let readings = Self.readings(of: token)
        guard !readings.contains(where: { rules.allowed.contains($0.text) }) else { return nil }
        for reading in readings {
            if let level = rules.terms[reading.text] {
                return Match(term: reading.text, level: level, spelling: reading.spelling)
            }
        }
        for reading in readings {
            for (stem, level) in rules.stems.sorted(by: { $0.key < $1.key }) where reading.text.contains(stem) {
                return Match(term: stem, level: level, spelling: .inside)
            }
        }
        return nil
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
        let all = TextFolding.folded(text).split { !isPart($0.character) }.compactMap { part -> Token? in
            guard let first = part.first, let last = part.last else { return nil }
            return Token(text: String(part.map(\.character)), start: first.origin, end: last.origin + 1)
        }
        return all.filter { $0.text.count > 1 } + joined(all)
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
        let unmasked = [token.text, plain].flatMap { text in
            [signs, signs.merging(["1": "l", "!": "l"]) { $1 }].map { table in String(text.map { table[$0] ?? $0 }) }
        }
        let exact = Reading(text: plain, spelling: token.isSpaced ? .spaced : .plain)
        let masked = unmasked.map { Reading(text: $0, spelling: token.isSpaced ? .spaced : .masked) }
        let stretched = ([plain] + unmasked).flatMap { text in
            [1, 2].map { Reading(text: squeezed(text, to: $0), spelling: token.isSpaced ? .spaced : .stretched) }
        }
        return [exact] + masked + stretched
    }

    private static func isAlphanumeric(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    private static let signs: [Character: Character] = [
        "@": "a", "4": "a", "8": "b", "3": "e", "€": "e", "6": "g", "9": "g", "1": "i", "!": "i", "|": "i", "0": "o",
        "5": "s", "$": "s", "7": "t", "+": "t",
    ]

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
