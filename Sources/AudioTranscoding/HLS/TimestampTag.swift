/// The ID3 tag that opens every packed-audio segment and carries the time of its first sample
/// (RFC 8216 section 3.4): an ID3v2.4 tag with one PRIV frame, 73 bytes.
enum TimestampTag {
    static let byteCount = 73
    private static let owner = Array("com.apple.streaming.transportStreamTimestamp".utf8)
    /// The value is a 33-bit MPEG-2 timestamp; its upper 31 bits must be zero.
    private static let mask: UInt64 = 1 << 33 - 1

    /// The 90 kHz timestamp of the sample number `samples`, rounded to the nearest tick.
    static func timestamp(samples: Int, sampleRate: Int) -> UInt64 {
        let (ticks, rate) = (UInt64(samples) * 90_000, UInt64(sampleRate))
        return ((2 * ticks + rate) / (2 * rate)) & mask
    }

    static func bytes(timestamp: UInt64) -> [UInt8] {
        var tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 63]
        tag += Array("PRIV".utf8) + [0, 0, 0, 53, 0, 0]
        tag += owner + [0]
        tag += (0..<8).reversed().map { UInt8(truncatingIfNeeded: timestamp >> ($0 * 8)) }
        return tag
    }

    /// The timestamp at the beginning of a segment; nil unless the tag is byte for byte as it must be.
    static func timestamp(in segment: [UInt8]) -> UInt64? {
        guard segment.count >= byteCount else { return nil }
        let value = segment[65..<73].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return segment.prefix(byteCount).elementsEqual(bytes(timestamp: value)) && value & ~mask == 0 ? value : nil
    }
}
