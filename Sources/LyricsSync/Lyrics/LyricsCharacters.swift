/// Which characters may be in lyrics.
enum LyricsCharacters {
    /// Control characters (C0, C1, DEL), line and paragraph separators, bidirectional overrides and isolates,
    /// noncharacters.
    ///
    /// Zero-width joiners stay allowed: Persian and several Indic scripts need them.
    static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        case 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }

    /// Whether text looks like a tag (`<` before a letter, `/`, `!` or `?`), an entity or an address (`scheme:`,
    /// `www.`).
    static func looksLikeMarkup(_ text: String) -> Bool {
        let lowered = text.lowercased()
        if lowered.contains("://") || lowered.contains("javascript:") || lowered.contains("www.") { return true }
        if lowered.contains("&#") || lowered.contains("&lt;") { return true }
        return zip(lowered, lowered.dropFirst()).contains { first, second in
            first == "<" && (second.isLetter || second == "/" || second == "!" || second == "?")
        }
    }
}
