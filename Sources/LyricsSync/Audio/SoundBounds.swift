import FoundationEssentials

/// Where sound starts and ends in a track: the frame inside which lyrics are estimated.
///
/// Energy only: it cannot tell a voice from an instrument.
struct SoundBounds: Sendable, Equatable {
    let startMs: Int
    let endMs: Int

    static let frameMs = 20
    /// Loud is a twentieth (-26 dB) of the loudness that 5 % of the frames exceed.
    static let loudnessDivisor = 20
    /// Mean amplitude below which a frame is silence whatever the rest of the track: -54 dB of full scale.
    static let silenceFloor = 65

    /// Creates known bounds.
    init(startMs: Int, endMs: Int) {
        self.startMs = startMs
        self.endMs = endMs
    }

    /// Finds the bounds; nil when the whole track is silent.
    init?(of audio: SpeechAudio) {
        let levels = Self.levels(of: audio)
        guard !levels.isEmpty else { return nil }
        let loud = levels.sorted()[min(levels.count - 1, levels.count * 95 / 100)]
        let threshold = max(Self.silenceFloor, loud / Self.loudnessDivisor)
        // Three loud frames in a row, so that a click is not the start of the song.
        let isLoud = levels.map { $0 >= threshold }
        let runs = isLoud.indices.dropLast(2).filter { isLoud[$0] && isLoud[$0 + 1] && isLoud[$0 + 2] }
        guard let first = runs.first, let last = runs.last else { return nil }
        startMs = first * Self.frameMs
        endMs = (last + 3) * Self.frameMs
    }

    /// Mean absolute amplitude of each frame.
    private static func levels(of audio: SpeechAudio) -> [Int] {
        let frameSamples = SpeechAudio.samplesPerSecond * frameMs / 1_000
        return audio.bytes.withUnsafeBytes { raw in
            let frames = raw.count / 2 / frameSamples
            return (0..<frames).map { frame in
                var sum = 0
                var offset = frame * frameSamples * 2
                // Every fourth sample is enough to tell sound from silence.
                for _ in 0..<(frameSamples / 4) {
                    let sample = raw.loadUnaligned(fromByteOffset: offset, as: Int16.self)
                    sum += abs(Int(Int16(littleEndian: sample)))
                    offset += 8
                }
                return sum * 4 / frameSamples
            }
        }
    }
}
