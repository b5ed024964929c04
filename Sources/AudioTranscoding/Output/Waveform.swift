import Glibc
import SystemPackage

/// The outline of a recording: for equal stretches of time the lowest and the highest sample.
public struct Waveform: Codable, Sendable, Equatable {
    /// Number of stretches a recording of normal length is divided into.
    public static let bucketsMax = 800

    /// Minimum and maximum of each stretch in turn (min, max, min, max, …), 8 bits, from -128 to 127.
    public var peaks: [Int8]

    /// Creates a waveform from its peaks.
    public init(peaks: [Int8]) {
        self.peaks = peaks
    }
}

/// Folds signed 16-bit mono samples into a ``Waveform``.
struct WaveformBuilder {
    private var peaks: [Int8]
    private let sampleCount: Int
    private let buckets: Int
    private var index = 0
    private var bucket = 0
    private var bucketEnd: Int

    init(sampleCount: Int) {
        self.sampleCount = sampleCount
        buckets = min(Waveform.bucketsMax, sampleCount)
        bucketEnd = buckets > 0 ? sampleCount / buckets : 0
        peaks = []
        peaks.reserveCapacity(2 * buckets)
    }

    private var low: Int16 = .max
    private var high: Int16 = .min

    mutating func append(littleEndian samples: UnsafeRawBufferPointer) {
        for offset in stride(from: 0, to: samples.count - 1, by: 2) where index < sampleCount {
            let sample = Int16(littleEndian: samples.loadUnaligned(fromByteOffset: offset, as: Int16.self))
            low = min(low, sample)
            high = max(high, sample)
            index += 1
            if index == bucketEnd { finishBucket() }
        }
    }

    private mutating func finishBucket() {
        peaks.append(Int8(low >> 8))
        peaks.append(Int8(high >> 8))
        (low, high) = (.max, .min)
        bucket += 1
        bucketEnd = (bucket + 1) * sampleCount / buckets
    }

    var waveform: Waveform { Waveform(peaks: peaks) }

    /// Samples per second of the scratch file the decoder writes for this purpose.
    static let sampleRate = 8_000

    /// Folds a file of raw samples; returns the waveform and the number of samples in the file.
    static func fold(_ path: FilePath) throws(TranscodingError) -> (waveform: Waveform, samples: Int) {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system("open", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", path, errno) }
        let sampleCount = Int(status.st_size) / 2
        var builder = WaveformBuilder(sampleCount: sampleCount)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let got = try fill(&buffer, from: descriptor, path)
            if got == 0 { break }
            buffer.withUnsafeBytes { builder.append(littleEndian: UnsafeRawBufferPointer(rebasing: $0.prefix(got))) }
        }
        return (builder.waveform, sampleCount)
    }

    /// Fills the whole buffer unless the file ends, so that no sample is split between two rounds.
    private static func fill(
        _ buffer: inout [UInt8],
        from descriptor: CInt,
        _ path: FilePath
    ) throws(TranscodingError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let offset = filled
            let got = buffer.withUnsafeMutableBytes { raw in
                Glibc.read(descriptor, raw.baseAddress?.advanced(by: offset), raw.count - offset)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .system("read", path, errno) }
            if got == 0 { break }
            filled += got
        }
        return filled
    }
}
