extension StringProtocol {
    /// Whether nothing of the text can be seen: white space, fillers, joiners and marks that stand on nothing.
    public var isBlankToTheEye: Bool { unicodeScalars.allSatisfy { !$0.isVisible } }
}

extension Unicode.Scalar {
    private static let blankBraille: Unicode.Scalar = "\u{2800}"

    fileprivate var isVisible: Bool {
        let properties = properties
        guard !properties.isWhitespace, !properties.isDefaultIgnorableCodePoint, self != Self.blankBraille else {
            return false
        }
        switch properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark, .unassigned, .surrogate: return false
        default: return true
        }
    }

    /// Whether it turns the direction of what follows, so that text reads otherwise than it is: bidirectional embeddings,
    /// overrides and isolates. The marks that only help right-to-left scripts are none of them.
    public var turnsDirection: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
