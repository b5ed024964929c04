/// The fixed and variable header of one ADTS frame (ISO/IEC 13818-7 section 6.2).
struct ADTSHeader: Equatable {
    static let samplesPerBlock = 1_024

    let profile: UInt8
    let sampleRate: Int
    let channels: Int
    /// Length of the frame in bytes, header included.
    let frameBytes: Int
    /// Raw data blocks in the frame, each of 1,024 samples.
    let blocks: Int

    /// Nil unless the seven bytes are a consistent header.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 7 else { return nil }
        let head = Array(bytes.prefix(7))
        guard head[0] == 0xff, head[1] & 0xf6 == 0xf0 else { return nil }
        let rateIndex = Int(head[2] >> 2 & 0xf)
        guard rateIndex < Self.sampleRates.count else { return nil }
        profile = head[2] >> 6
        sampleRate = Self.sampleRates[rateIndex]
        channels = Int(head[2] & 1) << 2 | Int(head[3] >> 6)
        frameBytes = Int(head[3] & 3) << 11 | Int(head[4]) << 3 | Int(head[5] >> 5)
        blocks = Int(head[6] & 3) + 1
        let headerBytes = head[1] & 1 == 1 ? 7 : 9
        guard frameBytes > headerBytes else { return nil }
    }

    /// Whether both belong to one stream.
    func continues(_ other: ADTSHeader) -> Bool {
        profile == other.profile && sampleRate == other.sampleRate && channels == other.channels
    }

    private static let sampleRates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ]
}

/// A strict reader of ADTS streams: every byte must belong to a frame, and all frames to one stream.
public enum ADTSScanner {
    /// The sum of a stream's frames.
    public struct Summary: Sendable, Equatable {
        /// Number of frames.
        public var frames: Int
        /// Samples per channel: 1,024 for each raw data block.
        public var samples: Int
        /// Samples per second.
        public var sampleRate: Int
        /// The channel configuration.
        public var channels: Int
    }

    /// Where and how a stream breaks the rules.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// Offset of the offending byte.
        public var offset: Int
        /// What was expected there.
        public var reason: String
        /// `byte <offset>: <reason>`.
        public var description: String { "byte \(offset): \(reason)" }
    }

    /// Scans `bytes` from `start` to the last byte.
    /// - Throws: ``Failure`` when there is no frame, a frame is cut, a byte is left over, or the stream changes.
    public static func scan(_ bytes: [UInt8], from start: Int = 0) throws(Failure) -> Summary {
        guard start < bytes.count, let first = ADTSHeader(bytes[start...].prefix(7)) else {
            throw Failure(offset: start, reason: "expected an ADTS frame")
        }
        var summary = Summary(frames: 0, samples: 0, sampleRate: first.sampleRate, channels: first.channels)
        var offset = start
        while offset < bytes.count {
            guard let header = ADTSHeader(bytes[offset...].prefix(7)) else {
                throw Failure(offset: offset, reason: "expected an ADTS sync word and header")
            }
            guard header.continues(first) else {
                throw Failure(offset: offset, reason: "profile, sample rate or channels differ from the first frame")
            }
            guard offset + header.frameBytes <= bytes.count else {
                throw Failure(offset: offset, reason: "frame of \(header.frameBytes) bytes goes beyond the end")
            }
            summary.frames += 1
            summary.samples += header.blocks * ADTSHeader.samplesPerBlock
            offset += header.frameBytes
        }
        return summary
    }
}
