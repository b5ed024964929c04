/// The name of an object: components separated by `/`.
///
/// Rules, stricter than S3's so that a key is also safe wherever it may once become a file name or a URL:
/// - 1…1024 bytes of UTF-8 (S3's own limit);
/// - no empty component (so no leading, trailing or double slash), none made of dots only, none that begins or ends
///   with a blank;
/// - every character is printable: letters, marks, digits, punctuation and symbols of any script, and the blank;
///   no control, format (bidi, zero-width), private-use or unassigned characters;
/// - not the characters S3 says to avoid (`\ { } ^ % \` [ ] " < > # |`), and none of the look-alikes of dot and slash.
///
/// Two keys are equal when their bytes are equal; no Unicode normalisation takes place.
public struct ObjectKey: Sendable, CustomStringConvertible {
    /// S3's limit in bytes of UTF-8.
    public static let maximumByteCount = 1024

    /// The key as text.
    public let rawValue: String

    /// - Throws: ``ObjectStoreError`` with `KeyTooLongError` or `InvalidArgument`.
    public init(_ key: String) throws {
        guard key.utf8.count <= Self.maximumByteCount else {
            throw ObjectStoreError(
                .keyTooLong,
                "The key has \(key.utf8.count) bytes, at most \(Self.maximumByteCount) are allowed."
            )
        }
        if let scalar = key.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
            throw ObjectStoreError(
                .invalidArgument,
                "The key contains U+\(String(scalar.value, radix: 16, uppercase: true)), which is not allowed."
            )
        }
        // Split by bytes: as a Character, a slash with a combining mark after it would be no slash.
        for component in key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard Self.isAllowed(component) else {
                throw ObjectStoreError(
                    .invalidArgument,
                    "The key has a component that is empty, only dots, or begins or ends with a blank."
                )
            }
        }
        rawValue = key
    }

    /// The key as text.
    public var description: String { rawValue }

    /// The part after the last slash.
    public var lastComponent: String {
        rawValue.utf8.split(separator: UInt8(ascii: "/")).last.flatMap(String.init) ?? ""
    }

    private static let refused = Set(
        "\\{}^%`[]\"<>#|\u{2024}\u{2025}\u{2026}\u{FF0E}\u{FF0F}\u{FF3C}\u{2044}\u{2215}\u{29F8}".unicodeScalars
    )

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: !refused.contains(scalar)
        }
    }

    private static func isAllowed(_ component: Substring.UTF8View) -> Bool {
        !component.allSatisfy { $0 == UInt8(ascii: ".") }
            && component.first != UInt8(ascii: " ") && component.last != UInt8(ascii: " ")
    }
}

extension ObjectKey: Hashable {
    /// Byte equality.
    public static func == (left: ObjectKey, right: ObjectKey) -> Bool {
        left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    /// Hashes the bytes, in step with equality.
    public func hash(into hasher: inout Hasher) {
        for byte in rawValue.utf8 { hasher.combine(byte) }
    }
}
