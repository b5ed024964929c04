/// The artist's lyrics as lines and words to display.
///
/// Kept exactly as written, except: outer white space, blank lines, and lines that are only a heading in square
/// brackets (`[Chorus]`) are left out, because they are not sung.
struct ArtistLyrics: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let text: String
        let words: [String]

        /// Length for proportional timing; never zero.
        var weight: Int { max(1, text.count) }
    }

    let lines: [Line]

    init(_ text: String?) {
        lines = (text ?? "").split(whereSeparator: \.isNewline).compactMap { raw in
            let words = raw.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, let last = words.last else { return nil }
            let isHeading = first.hasPrefix("[") && last.hasSuffix("]")
            guard !isHeading, raw.contains(where: { $0.isLetter || $0.isNumber }) else { return nil }
            return Line(text: String(raw[first.startIndex..<last.endIndex]), words: words.map(String.init))
        }
    }
}
