import Foundation

/// How a displayed word is looked up: lower case ASCII letters and apostrophes, one or more parts.
enum SpokenForm {
    /// The parts of a displayed word; empty for what has no letters (numbers, dashes, other scripts).
    static func parts(of word: String) -> [String] {
        let folded = word.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars.compactMap(character)
        return String(String.UnicodeScalarView(folded))
            .split(separator: " ")
            .map { trimmingApostrophes($0) }
            .filter { part in part.contains { $0 != "'" } }
    }

    /// Spellings to try in the dictionary, most exact first: `runnin'` is also `runnin` and `running`.
    static func spellings(of part: String) -> [String] {
        let bare = part.filter { $0 != "'" }
        return [part, bare] + (part.hasSuffix("in'") ? [bare + "g"] : []) + ["'" + bare]
    }

    private static func character(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "a"..."z", "'": scalar
        case "\u{2019}", "\u{2018}", "\u{02BC}": "'"
        case "-", "/", "\u{2010}"..."\u{2015}", "&", "+": " "
        default: nil
        }
    }

    private static func trimmingApostrophes(_ part: Substring) -> String {
        // A trailing apostrophe means a dropped letter (runnin'); leading quotes are kept out of the spelling.
        String(part.drop { $0 == "'" })
    }
}
