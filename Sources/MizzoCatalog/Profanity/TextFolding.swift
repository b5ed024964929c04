import Foundation

/// Spelling variants folded away: compatibility forms, case, accents, invisible characters, look-alike letters.
enum TextFolding {
    /// NFKD without marks and format characters, lower case, confusable letters replaced. (NFKD minus marks rather than
    /// NFKC, because it also takes the dots off `ü`.)
    static func fold(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            default: folded.append(confusables[scalar] ?? scalar)
            }
        }
        return String(folded)
    }

    /// Letters of other scripts that read as Latin ones (a small excerpt of the idea of Unicode UTS 39).
    private static let confusables: [Unicode.Scalar: Unicode.Scalar] = [
        "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s", "к": "k", "т": "t",
        "ь": "b", "һ": "h", "ո": "n", "ս": "u", "α": "a", "ο": "o", "ι": "i", "κ": "k", "υ": "u", "ƒ": "f", "ı": "i",
    ]
}
