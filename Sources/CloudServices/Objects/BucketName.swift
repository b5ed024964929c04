/// A bucket name under S3's rules: 3…63 of `a-z 0-9 - .`, a letter or digit at both ends, no two dots in a row.
public struct BucketName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let rawValue: String

    /// - Throws: ``ObjectStoreError`` `InvalidArgument`.
    public init(_ name: String) throws {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), bytes.allSatisfy(Self.isAllowed), !name.contains(".."),
            bytes.first.map(Self.isAlphanumeric) == true, bytes.last.map(Self.isAlphanumeric) == true
        else {
            throw ObjectStoreError(
                .invalidArgument,
                "Bucket name of \(bytes.count) bytes: expected 3...63 of a-z 0-9 - . "
                    + "with a letter or digit at both ends."
            )
        }
        rawValue = name
    }

    /// The name.
    public var description: String { rawValue }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
