import Testing
import WorkflowCore

@Suite("Protobuf wire format")
struct ProtobufWireTests {
    static func bytes(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        write(&writer)
        return writer.bytes
    }

    @Test(
        "numbers are written in groups of seven bits",
        arguments: [
            (1, [0x08, 0x01]), (127, [0x08, 0x7f]), (128, [0x08, 0x80, 0x01]), (16_383, [0x08, 0xff, 0x7f]),
            (16_384, [0x08, 0x80, 0x80, 0x01]),
            (.max, [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            (-1, [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            (.min, [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
        ] as [(Int64, [UInt8])]
    )
    func varints(value: Int64, expected: [UInt8]) throws {
        let written = Self.bytes { $0.varint(1, value) }
        #expect(written == expected)
        var reader = ProtobufReader(written)
        let field = try #require(try reader.next())
        #expect(field.field == 1)
        #expect(field.value.integer == value)
        #expect(try reader.next() == nil)
    }

    @Test("default values are left out")
    func defaults() {
        let written = Self.bytes { writer in
            writer.varint(1, 0)
            writer.bool(2, false)
            writer.double(3, 0)
            writer.string(4, "")
            writer.bytes(5, [])
            writer.duration(6, nil)
        }
        #expect(written.isEmpty)
    }

    @Test("nested messages of every length are read back", arguments: [0, 1, 126, 127, 128, 16_383, 16_384, 70_000])
    func nestedLength(length: Int) throws {
        let content = [UInt8](repeating: 0xab, count: length)
        let written = Self.bytes { writer in
            writer.message(2) { outer in
                outer.message(3) { $0.bytes(4, content) }
                outer.varint(5, 9)
            }
            writer.varint(6, 7)
        }
        var reader = ProtobufReader(written)
        let outer = try #require(try reader.next())
        var found: [Int: [UInt8]] = [:]
        var after: Int64 = 0
        try outer.value.fields { (field, value) throws(DecodingFailure) in
            if field == 5 { after = value.integer }
            guard field == 3 else { return }
            try value.fields { field, value in found[field] = value.data }
        }
        #expect(found[4] ?? [] == content)
        #expect(after == 9)
        #expect(try reader.next()?.value.integer == 7)
    }

    @Test("doubles keep every bit", arguments: [1.5, -0.25, .pi, .infinity, .leastNonzeroMagnitude])
    func doubles(value: Double) throws {
        var reader = ProtobufReader(Self.bytes { $0.double(1, value) })
        #expect(try reader.next()?.value.double == value)
    }

    @Test(
        "durations and times are read back to the nanosecond and the millisecond",
        arguments: [
            Duration.zero, .nanoseconds(1), .milliseconds(1500), .seconds(-3), .milliseconds(-1), .seconds(Int64.max),
            .seconds(Int64.min),
        ]
    )
    func durations(value: Duration) throws {
        var reader = ProtobufReader(Self.bytes { $0.duration(1, value) })
        #expect(try reader.next()?.value.duration() == value)
        let time = Timestamp(milliseconds: value.wholeMilliseconds)
        reader = ProtobufReader(Self.bytes { $0.timestamp(1, time) })
        #expect(try reader.next()?.value.timestamp() == time)
    }

    @Test(
        "bytes that are not protobuf are refused with a reason",
        arguments: [
            ([0x08], "the bytes end inside a varint"),
            ([0x08, 0x80], "the bytes end inside a varint"),
            ([UInt8](repeating: 0xff, count: 11), "a varint is longer than 10 bytes"),
            ([0x09, 1, 2, 3], "the bytes end inside a fixed-size number"),
            ([0x12, 5, 1], "field 2 claims 5 bytes, 1 are left"),
            (
                [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                "field 2 claims 18446744073709551615 bytes, 0 are left"
            ),
            ([0x0b], "field 1 has unknown wire type 3"),
        ] as [([UInt8], String)]
    )
    func refused(bytes: [UInt8], reason: String) {
        var reader = ProtobufReader(bytes)
        #expect(throws: DecodingFailure(reason)) { try reader.next() }
    }

    @Test("impossible times and durations are refused")
    func impossibleTimes() throws {
        let far = Self.bytes { writer in writer.message(1) { $0.varint(1, .max) } }
        var reader = ProtobufReader(far)
        let time = try #require(try reader.next()).value
        #expect(throws: DecodingFailure("a time of 9223372036854775807 s and 0 ns is out of range")) {
            try time.timestamp()
        }
        reader = ProtobufReader(Self.bytes { writer in writer.message(1) { $0.varint(2, .min) } })
        let duration = try #require(try reader.next()).value
        #expect(throws: DecodingFailure.self) { try duration.duration() }
    }

    @Test("messages nested without end are refused instead of exhausting the stack")
    func nestedWithoutEnd() {
        var bytes = Self.bytes { $0.string(1, "root") }
        while bytes.count < 20_000 {
            bytes = [0x22] + Self.bytes { $0.varint(1, Int64(bytes.count)) }.dropFirst() + bytes
        }
        #expect(throws: DecodingFailure("messages nest deeper than 100 levels")) {
            try Failure(decoding: bytes)
        }
    }
}
