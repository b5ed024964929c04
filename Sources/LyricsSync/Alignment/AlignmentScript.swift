/// What the aligner is to hear: one token per spoken part of a word, in order, with its pronunciations.
///
/// Tokens have names of their own (`w12`) in the grammar and the dictionary, so results map back to displayed words
/// without guessing, also when a chorus repeats, and no text of the artist reaches a command or a grammar.
struct AlignmentScript: Sendable {
    struct Token: Sendable {
        let line: Int
        let word: Int
        let pronunciations: [String]
        /// Shortest possible duration: three states of 10 ms per phone.
        var durationMsMin: Int {
            30 * (pronunciations.map { $0.split(separator: " ").count }.min() ?? 1)
        }
    }

    let tokens: [Token]
    /// Share of spoken parts found in the dictionary, percent.
    let knownPercent: Int

    init(_ lyrics: ArtistLyrics, dictionaryPath: String) throws {
        let parts = lyrics.lines.map { line in line.words.map(SpokenForm.parts) }
        let spellings = Set(parts.joined().joined().flatMap(SpokenForm.spellings))
        let dictionary = try PronunciationDictionary(path: dictionaryPath, spellings: spellings)
        var tokens: [Token] = []
        var (known, spoken) = (0, 0)
        for (line, words) in parts.enumerated() {
            for (word, part) in words.enumerated().flatMap({ pair in pair.element.map { (pair.offset, $0) } }) {
                let listed = dictionary.pronunciations(ofAny: SpokenForm.spellings(of: part))
                let pronunciations = listed.isEmpty ? [LetterToSound.phones(part)].compactMap { $0 } : listed
                spoken += 1
                known += listed.isEmpty ? 0 : 1
                guard !pronunciations.isEmpty else { continue }
                tokens.append(Token(line: line, word: word, pronunciations: pronunciations))
            }
        }
        self.tokens = tokens
        knownPercent = spoken == 0 ? 0 : known * 100 / spoken
    }

    /// The dictionary file for these tokens.
    var dictionaryText: String {
        var text = ""
        for (index, token) in tokens.enumerated() {
            for (variant, phones) in token.pronunciations.enumerated() {
                text += variant == 0 ? "w\(index) \(phones)\n" : "w\(index)(\(variant + 1)) \(phones)\n"
            }
        }
        return text
    }

    /// A grammar that accepts exactly the whole song.
    var wholeSongGrammar: String { grammar(tokens.indices.map { "w\($0)" }.joined(separator: " ")) }

    /// A grammar in which every line may be left out: finds the lines that are sung when some are not.
    var skippableLinesGrammar: String {
        let lines = Dictionary(grouping: tokens.indices) { tokens[$0].line }
        let optional = lines.keys.sorted().map { line in
            "[ " + (lines[line] ?? []).map { "w\($0)" }.joined(separator: " ") + " ]"
        }
        return grammar(optional.joined(separator: " "))
    }

    private func grammar(_ sequence: String) -> String {
        "#JSGF V1.0;\ngrammar lyrics;\npublic <song> = \(sequence);\n"
    }
}
