import Testing

@testable import AudioTranscoding

@Suite("ADTS scanner")
struct ADTSScannerTests {
    /// A frame of AAC-LC at 44.1 kHz, stereo, without checksum, with `payload` bytes after its 7-byte header.
    static func frame(payload: Int, rateIndex: UInt8 = 4) -> [UInt8] {
        let length = payload + 7
        return [
            0xff, 0xf1, 0x40 | rateIndex << 2, 0x80 | UInt8(length >> 11), UInt8(length >> 3 & 0xff),
            UInt8(length & 7) << 5 | 0x1f, 0xfc,
        ] + [UInt8](repeating: 0xff, count: payload)
    }

    @Test("counts frames and samples to the last byte")
    func counts() throws {
        let stream = Self.frame(payload: 100) + Self.frame(payload: 2_000) + Self.frame(payload: 1)
        let summary = try ADTSScanner.scan(stream)
        #expect(summary == .init(frames: 3, samples: 3_072, sampleRate: 44_100, channels: 2))
        #expect(try ADTSScanner.scan([1, 2, 3] + stream, from: 3) == summary)
    }

    @Test(
        "names the first byte that breaks the rules",
        arguments: [
            ([], 0),
            ([0x47, 0x40, 0, 0, 0, 0, 0, 0], 0),
            (frame(payload: 10) + [0xff], 17),
            (frame(payload: 10) + [UInt8](repeating: 0, count: 20), 17),
            (frame(payload: 10) + frame(payload: 10).dropLast(), 17),
            (frame(payload: 10) + frame(payload: 10, rateIndex: 3), 17),
        ] as [([UInt8], Int)]
    )
    func breaks(_ bytes: [UInt8], _ offset: Int) {
        #expect(throws: ADTSScanner.Failure.self) { try ADTSScanner.scan(bytes) }
        do { _ = try ADTSScanner.scan(bytes) } catch { #expect(error.offset == offset) }
    }
}

@Suite("Timestamp tag")
struct TimestampTagTests {
    @Test("is the 73 bytes players expect")
    func golden() {
        let tag = TimestampTag.bytes(timestamp: 0x1_0203_0405)
        let text =
            "4944330400000000003f5052495600000035000063"
            + "6f6d2e6170706c652e73747265616d696e672e7472616e73706f727453747265616d54696d657374616d7000"
            + "0000000102030405"
        #expect(hexadecimal(tag) == text)
        #expect(tag.count == 73)
        #expect(TimestampTag.timestamp(in: tag) == 0x1_0203_0405)
    }

    @Test("counts 90 kHz ticks, rounded, in 33 bits")
    func ticks() {
        #expect(TimestampTag.timestamp(samples: 0, sampleRate: 44_100) == 0)
        #expect(TimestampTag.timestamp(samples: 431 * 1_024, sampleRate: 44_100) == 900_702)
        #expect(TimestampTag.timestamp(samples: 44_100 * 95_444, sampleRate: 44_100) == 95_444 * 90_000 - 1 << 33)
    }

    @Test("is not found when any of its bytes differs")
    func strict() {
        let tag = TimestampTag.bytes(timestamp: 900_702)
        for index in 0..<69 {
            var broken = tag
            broken[index] ^= 0x80
            #expect(TimestampTag.timestamp(in: broken) == nil, "byte \(index)")
        }
        #expect(TimestampTag.timestamp(in: Array(tag.dropLast())) == nil)
    }
}
