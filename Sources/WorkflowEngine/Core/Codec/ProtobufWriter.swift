/// Writes the protobuf wire format (https://protobuf.dev/programming-guides/encoding/), as much of it as events need.
/// Fields with their default value are left out, as proto3 does.
package struct ProtobufWriter: Sendable {
    package private(set) var bytes: [UInt8]

    package init() { bytes = [] }

    package init(reserving capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package mutating func varint(_ field: Int, _ value: Int64) {
        guard value != 0 else { return }
        raw(UInt64(field) << 3)
        raw(UInt64(bitPattern: value))
    }

    package mutating func bool(_ field: Int, _ value: Bool) { varint(field, value ? 1 : 0) }

    package mutating func double(_ field: Int, _ value: Double) {
        guard value != 0 else { return }
        raw(UInt64(field) << 3 | 1)
        var bits = value.bitPattern
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    package mutating func string(_ field: Int, _ value: String) {
        guard !value.isEmpty else { return }
        raw(UInt64(field) << 3 | 2)
        raw(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    package mutating func bytes(_ field: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        raw(UInt64(field) << 3 | 2)
        raw(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes a nested message. Its length is unknown beforehand: one byte is reserved, which suffices below 128 bytes,
    /// and longer bodies are moved up.
    package mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
        raw(UInt64(field) << 3 | 2)
        let lengthAt = bytes.count
        bytes.append(0)
        body(&self)
        let length = bytes.count - lengthAt - 1
        if length < 0x80 {
            bytes[lengthAt] = UInt8(length)
        } else {
            bytes.replaceSubrange(lengthAt...lengthAt, with: Self.encoded(UInt64(length)))
        }
    }

    package mutating func duration(_ field: Int, _ value: Duration?) {
        guard let value else { return }
        message(field) { writer in
            writer.varint(1, value.components.seconds)
            writer.varint(2, value.components.attoseconds / 1_000_000_000)
        }
    }

    package mutating func timestamp(_ field: Int, _ value: Timestamp) {
        message(field) { writer in
            writer.varint(1, value.milliseconds / 1000)
            writer.varint(2, value.milliseconds % 1000 * 1_000_000)
        }
    }

    private mutating func raw(_ value: UInt64) {
        if value < 0x80 { return bytes.append(UInt8(value)) }
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func encoded(_ value: UInt64) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.raw(value)
        return writer.bytes
    }
}
