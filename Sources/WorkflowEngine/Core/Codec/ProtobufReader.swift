/// Bytes that are not what they should be.
package struct DecodingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Reads the protobuf wire format field by field; unknown fields are skipped, so that a later version's rows can be read.
///
/// Readers and values point into the bytes and hold no reference to them: they live within the closure of
/// ``fields(of:_:)`` only. (With a reference in each, counting them was a third of the decoding of a history.)
package struct ProtobufReader {
    // SAFETY: the memory between these two is an array's that `fields(of:)` keeps while readers of it exist.
    private var position: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private let depth: Int

    /// How deep messages may nest (protobuf's own default): damaged bytes must not exhaust the stack.
    package static let maximumDepth = 100

    /// Hands out the fields of a message in their order. No value may be kept.
    package static func fields(
        of bytes: [UInt8],
        _ visit: (Int, Value) throws(DecodingFailure) -> Void
    ) throws(DecodingFailure) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(DecodingFailure) in
            guard let start = buffer.baseAddress else { return }
            var reader = ProtobufReader(start, count: buffer.count, depth: 0)
            while let (field, value) = try reader.next() { try visit(field, value) }
        }
    }

    private init(_ start: UnsafePointer<UInt8>, count: Int, depth: Int) {
        position = start
        end = start + count
        self.depth = depth
    }

    /// A field as it stands on the wire.
    package enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case delimited(ProtobufReader)
    }

    /// The next field, `nil` at the end.
    fileprivate mutating func next() throws(DecodingFailure) -> (field: Int, value: Value)? {
        guard position < end else { return nil }
        guard depth <= Self.maximumDepth else {
            throw DecodingFailure("messages nest deeper than \(Self.maximumDepth) levels")
        }
        let tag = try readVarint()
        let field = Int(truncatingIfNeeded: tag >> 3)
        switch tag & 7 {
        case 0: return (field, .varint(try readVarint()))
        case 1: return (field, .fixed64(try readFixed(8)))
        case 2:
            let length = try readVarint()
            guard length <= UInt64(end - position) else {
                throw DecodingFailure("field \(field) claims \(length) bytes, \(end - position) are left")
            }
            let body = ProtobufReader(position, count: Int(length), depth: depth + 1)
            position += Int(length)
            return (field, .delimited(body))
        case 5: return (field, .fixed64(try readFixed(4)))
        case let type: throw DecodingFailure("field \(field) has unknown wire type \(type)")
        }
    }

    /// All remaining bytes.
    fileprivate var rest: [UInt8] { Array(UnsafeBufferPointer(start: position, count: end - position)) }
    /// All remaining bytes as text.
    fileprivate var text: String {
        String(decoding: UnsafeBufferPointer(start: position, count: end - position), as: UTF8.self)
    }

    private mutating func readVarint() throws(DecodingFailure) -> UInt64 {
        if position < end, position.pointee < 0x80 {
            defer { position += 1 }
            return UInt64(position.pointee)
        }
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = position.pointee
            position += 1
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return result }
            shift += 7
            if shift > 63 { throw DecodingFailure("a varint is longer than 10 bytes") }
        }
        throw DecodingFailure("the bytes end inside a varint")
    }

    private mutating func readFixed(_ count: Int) throws(DecodingFailure) -> UInt64 {
        guard end - position >= count else { throw DecodingFailure("the bytes end inside a fixed-size number") }
        var result: UInt64 = 0
        for index in 0..<count { result |= UInt64(position[index]) << UInt64(8 * index) }
        position += count
        return result
    }
}

extension ProtobufReader.Value {
    package var integer: Int64 {
        switch self {
        case .varint(let value), .fixed64(let value): Int64(bitPattern: value)
        case .delimited: 0
        }
    }

    package var double: Double {
        if case .fixed64(let bits) = self { Double(bitPattern: bits) } else { 0 }
    }

    package var bool: Bool { integer != 0 }

    package var string: String {
        if case .delimited(let body) = self { body.text } else { "" }
    }

    package var data: [UInt8] {
        if case .delimited(let body) = self { body.rest } else { [] }
    }

    /// The nested message's fields, in order.
    package func fields(
        _ visit: (Int, ProtobufReader.Value) throws(DecodingFailure) -> Void
    ) throws(DecodingFailure) {
        guard case .delimited(var body) = self else { throw DecodingFailure("expected a message, got a number") }
        while let (field, value) = try body.next() { try visit(field, value) }
    }

    package func duration() throws(DecodingFailure) -> Duration {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        try fields { field, value in
            if field == 1 { seconds = value.integer } else if field == 2 { nanoseconds = value.integer }
        }
        guard nanoseconds.magnitude < 1_000_000_000 else {
            throw DecodingFailure("a duration has \(nanoseconds) nanoseconds, more than a second")
        }
        return .seconds(seconds) + .nanoseconds(nanoseconds)
    }

    package func timestamp() throws(DecodingFailure) -> Timestamp {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        try fields { field, value in
            if field == 1 { seconds = value.integer } else if field == 2 { nanoseconds = value.integer }
        }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, sumOverflow) = product.addingReportingOverflow(nanoseconds / 1_000_000)
        guard !overflow, !sumOverflow else {
            throw DecodingFailure("a time of \(seconds) s and \(nanoseconds) ns is out of range")
        }
        return Timestamp(milliseconds: sum)
    }

    /// Field 1 of a nested message as text: how Temporal wraps names.
    package func wrappedName() throws(DecodingFailure) -> String {
        var name = ""
        try fields { field, value in if field == 1 { name = value.string } }
        return name
    }
}
