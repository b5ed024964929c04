/// A request for part of an object (RFC 9110 section 14.1.2).
public enum ByteRange: Sendable, Equatable {
    /// From an offset to the end: `bytes=100-`.
    case from(Int64)
    /// Both ends included: `bytes=100-199`.
    case closed(Int64, Int64)
    /// The last bytes: `bytes=-500`.
    case suffix(Int64)

    /// Reads a `Range` header. `nil` means that the header is to be ignored and the whole object sent, which RFC 9110
    /// allows for anything malformed and S3 does: other units, several ranges, `last < first`.
    public init?(header: String) {
        let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].lowercased() == "bytes" else { return nil }
        let ends = halves[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Self.position(ends[0]), Self.position(ends[1])) {
        case (let first?, let last?) where first <= last: self = .closed(first, last)
        case (let first?, nil) where ends[1].isEmpty: self = .from(first)
        case (nil, let count?) where ends[0].isEmpty: self = .suffix(count)
        default: return nil
        }
    }

    /// The offsets this means in an object of `size` bytes; the end is cut to the size.
    /// - Throws: ``ObjectStoreError`` `InvalidRange` when no byte of the object is meant.
    public func resolved(size: Int64) throws -> Range<Int64> {
        let range: Range<Int64>? =
            switch self {
            case .from(let first) where first < size: first..<size
            case .closed(let first, let last) where first < size && first <= last: first..<min(size - 1, last) + 1
            case .suffix(let count) where count > 0 && size > 0: max(0, size - count)..<size
            default: nil
            }
        guard let range, range.lowerBound >= 0 else {
            throw ObjectStoreError(
                .invalidRange,
                "The requested range is not satisfiable: the object has \(size) bytes."
            )
        }
        return range
    }

    /// Digits only; a number beyond `Int64` means "beyond every object".
    private static func position(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int64(text) ?? .max
    }
}
