import Foundation

/// Spelling variants folded away: compatibility forms, case, accents, invisible characters, look-alike letters.
enum TextFolding {
    /// A folded character and the character of the original text that it stands for.
    struct Folded: Equatable, Sendable {
        let character: Character
        /// Counted in characters (grapheme clusters) from the start of the original.
        let origin: Int
    }

    /// NFKD without marks and format characters, lower case, confusable letters replaced. (NFKD minus marks rather than
    /// NFKC, because it also takes the dots off `ü`.)
    static func folded(_ text: String) -> [Folded] {
        text.enumerated().flatMap { origin, character in
            scalars(of: String(character)).map { Folded(character: Character($0), origin: origin) }
        }
    }

    /// The folded text alone.
    static func fold(_ text: String) -> String { String(folded(text).map(\.character)) }

    private static func scalars(of text: String) -> [Unicode.Scalar] {
        let own = text.unicodeScalars
        if let only = own.first, own.count == 1, only.isASCII { return [lowercased(ascii: only)] }
        return text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.compactMap { scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: nil
            // Fillers are letters that nobody sees.
            case _ where scalar.properties.isDefaultIgnorableCodePoint: nil
            default: confusables[scalar] ?? enclosedLetter(scalar) ?? scalar
            }
        }
    }

    private static func lowercased(ascii scalar: Unicode.Scalar) -> Unicode.Scalar {
        ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(ascii: scalar) | 0x20) : scalar
    }

    /// Letters in black circles and squares and flag letters, which have no compatibility decomposition.
    private static func enclosedLetter(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        let first: UInt32
        switch scalar.value {
        case 0x1F150...0x1F169: first = 0x1F150
        case 0x1F170...0x1F189: first = 0x1F170
        case 0x1F1E6...0x1F1FF: first = 0x1F1E6
        default: return nil
        }
        return Unicode.Scalar(0x61 + scalar.value - first)
    }

    /// Letters of other scripts and phonetic letters that read as Latin ones (an excerpt of the idea of Unicode UTS 39).
    private static let confusables: [Unicode.Scalar: Unicode.Scalar] = {
        let lookalikes: [(Unicode.Scalar, String)] = [
            ("a", "аɑαᴀ∂ꭺ"), ("b", "ьвʙɓ"), ("c", "сϲᴄƈꮯ"), ("d", "ԁɗᴅđ"), ("e", "еєҽɛᴇεə"), ("f", "ƒꜰẝғ"),
            ("g", "ɡԍɢǥց"), ("h", "һհʜħн"), ("i", "іιıɩɪӏ"), ("j", "јϳᴊ"), ("k", "кκᴋƙқ"), ("l", "ʟłɭןⳑ"),
            ("m", "мᴍɱ"), ("n", "ոηɴпռ"), ("o", "оοօᴏσøө"), ("p", "рρᴘƥ"), ("q", "ԛգ"), ("r", "гʀɼᴦ"), ("s", "ѕꜱʂ"),
            ("t", "тτᴛŧ"), ("u", "սυᴜμʊц"), ("v", "ѵνᴠ"), ("w", "ԝωᴡաш"), ("x", "хχҳ"), ("y", "уγʏүყ"), ("z", "ᴢʐƶ"),
        ]
        // Canadian syllabics, Lisu and Cherokee: whole alphabets of capitals that read as Latin ones.
        let capitals: [(Unicode.Scalar, String)] = [
            ("a", "ᗩꓮᎪ"), ("b", "ᗷꓐᏴ"), ("c", "ᑕꓚᏟ"), ("d", "ᗪꓓᎠ"), ("e", "ᗴꓰᎬ"), ("f", "ᖴꓝ"), ("g", "ꓖᏀ"),
            ("h", "ᕼꓧᎻ"), ("i", "ꓲᎥ"), ("j", "ᒍꓙᎫ"), ("k", "ꓗᏦ"), ("l", "ᒪꓡᏞ"), ("m", "ᗰꓟᎷ"), ("n", "ᑎꓠ"),
            ("o", "ꓳ"), ("p", "ᑭꓑᏢ"), ("q", "ᑫ"), ("r", "ᖇꓣᎡ"), ("s", "ᔕꓢᏚ"), ("t", "ꓔᎢ"), ("u", "ᑌꓴ"),
            ("v", "ᐯꓦᏙ"), ("w", "ᗯꓪᎳ"), ("x", "ꓫ"), ("y", "ꓬᎩ"), ("z", "ᘔꓜᏃ"),
        ]
        let pairs = (lookalikes + capitals).flatMap { latin, others in
            others.lowercased().unicodeScalars.map { ($0, latin) }
        }
        return Dictionary(pairs) { first, _ in first }
    }()
}
