/// Looks for the rules' words in texts.
///
/// Whole tokens only, so that "Scunthorpe" and "Moby Dick" pass. A token also counts in its unmasked spellings: digits
/// and signs read as letters (`sh1t`), stretched letters shortened (`fuuuck`), and a run of single letters joined
/// (`s h i t`, `s.h.i.t`).
public struct ProfanityCheck: Sendable {
    private let rules: ProfanityRules

    /// A check against these rules.
    public init(rules: ProfanityRules) { self.rules = rules }

    /// Every finding in `text`, each word once.
    public func findings(in text: String, field: String) -> [ProfanityFinding] {
        var found: [ProfanityFinding] = []
        for token in Self.tokens(of: text) {
            guard let term = Self.spellings(of: token).first(where: { rules.terms[$0] != nil }),
                let level = rules.terms[term], !found.contains(where: { $0.term == term })
            else { continue }
            found.append(ProfanityFinding(field: field, term: term, matched: token, level: level))
        }
        return found
    }

    /// Tokens as folded text: runs of letters, digits and letter-like signs, plus joined runs of single letters.
    static func tokens(of text: String) -> [String] {
        let tokens = TextFolding.fold(text).split { !($0.isLetter || $0.isNumber || signs[$0] != nil) }.map(String.init)
        var joined: [String] = []
        var run = ""
        for token in tokens + [""] {
            if token.count == 1 {
                run += token
            } else {
                if run.count > 2 { joined.append(run) }
                run = ""
            }
        }
        return tokens.filter { $0.count > 1 } + joined
    }

    /// The token itself and what it may stand for.
    static func spellings(of token: String) -> [String] {
        let bare = token.drop { !($0.isLetter || $0.isNumber) }
        let trimmed = String(bare.reversed().drop { !($0.isLetter || $0.isNumber) }.reversed())
        let plain = [token, trimmed]
        let unmasked = plain.flatMap { text in
            [signs, signs.merging(["1": "l", "!": "l"]) { $1 }].map { table in String(text.map { table[$0] ?? $0 }) }
        }
        let all = plain + unmasked
        return all + all.map { squeezed($0, to: 1) } + all.map { squeezed($0, to: 2) }
    }

    private static let signs: [Character: Character] = [
        "@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t", "+": "t",
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
