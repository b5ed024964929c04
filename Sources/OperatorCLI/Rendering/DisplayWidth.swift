extension Character {
    /// Columns of a terminal: 2 for wide and emoji characters, 0 for marks without a base, else 1.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isZeroWidth { return 0 }
        let isEmoji =
            first.properties.isEmojiPresentation
            || (first.properties.isEmoji && unicodeScalars.contains("\u{fe0f}"))
        return isEmoji || first.isWide ? 2 : 1
    }
}

extension String {
    /// Columns of a terminal; see ``Swift/Character``.
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The text in one line without anything a terminal would obey: controls and direction overrides are spelled out.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case _ where scalar.isControl:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// Controls (Cc) and format characters (Cf) except the joiners that scripts and emoji need.
    fileprivate var isControl: Bool {
        if value < 0x7f { return value < 0x20 }
        if self == "\u{200c}" || self == "\u{200d}" { return false }
        let category = properties.generalCategory
        return category == .control || category == .format
    }

    fileprivate var isZeroWidth: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: true
        default: false
        }
    }

    /// The blocks of East Asian Wide and Fullwidth characters (Unicode Standard Annex 11).
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}
