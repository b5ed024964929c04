import Testing
import WorkflowCore

@Suite("Protobuf wire format")
struct ProtobufWireTests {
    static func bytes(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        write(&writer)
        return writer.bytes
    }

    /// What `read` makes of each field of a message.
    static func fields<Content>(
        _ bytes: [UInt8],
        _ read: (ProtobufReader.Value) throws(DecodingFailure) -> Content
    ) throws(DecodingFailure) -> [Int: Content] {
        var contents: [Int: Content] = [:]
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            contents[field] = try read(value)
        }
        return contents
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
        #expect(try Self.fields(written) { $0.integer } == [1: value])
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
        var found: [UInt8] = []
        var numbers: [Int: Int64] = [:]
        try ProtobufReader.fields(of: written) { (field, value) throws(DecodingFailure) in
            guard field == 2 else { return numbers[field] = value.integer }
            try value.fields { (field, value) throws(DecodingFailure) in
                guard field == 3 else { return numbers[field] = value.integer }
                try value.fields { field, value in if field == 4 { found = value.data } }
            }
        }
        #expect(found == content)
        #expect(numbers == [5: 9, 6: 7])
    }

    @Test("doubles keep every bit", arguments: [1.5, -0.25, .pi, .infinity, .leastNonzeroMagnitude])
    func doubles(value: Double) throws {
        #expect(try Self.fields(Self.bytes { $0.double(1, value) }) { $0.double } == [1: value])
    }

    @Test(
        "durations and times are read back to the nanosecond and the millisecond",
        arguments: [
            Duration.zero, .nanoseconds(1), .milliseconds(1500), .seconds(-3), .milliseconds(-1), .seconds(Int64.max),
            .seconds(Int64.min),
        ]
    )
    func durations(value: Duration) throws {
        let durations = try Self.fields(Self.bytes { $0.duration(1, value) }) { (field) throws(DecodingFailure) in
            try field.duration()
        }
        #expect(durations == [1: value])
        let time = Timestamp(milliseconds: value.wholeMilliseconds)
        let times = try Self.fields(Self.bytes { $0.timestamp(1, time) }) { (field) throws(DecodingFailure) in
            try field.timestamp()
        }
        #expect(times == [1: time])
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
        #expect(throws: DecodingFailure(reason)) { try Self.fields(bytes) { $0.integer } }
    }

    @Test("impossible times and durations are refused")
    func impossibleTimes() throws {
        let far = Self.bytes { writer in writer.message(1) { $0.varint(1, .max) } }
        #expect(throws: DecodingFailure("a time of 9223372036854775807 s and 0 ns is out of range")) {
            try Self.fields(far) { (field) throws(DecodingFailure) in try field.timestamp() }
        }
        let long = Self.bytes { writer in writer.message(1) { $0.varint(2, .min) } }
        #expect(throws: DecodingFailure.self) {
            try Self.fields(long) { (field) throws(DecodingFailure) in try field.duration() }
        }
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
