/// What was measured in the audio; every field is optional because analysis may fail without failing the track.
public struct AudioFacts: Codable, Equatable, Sendable {
    /// Decoded length in seconds.
    public var durationSeconds: Double?
    /// EBU R 128 integrated loudness in LUFS.
    public var integratedLoudness: Double?
    /// EBU R 128 true peak in dBTP.
    public var truePeak: Double?
    /// EBU R 128 loudness range in LU.
    public var loudnessRange: Double?
    /// Hertz.
    public var sampleRate: Int?
    /// Channels of the original.
    public var channels: Int?
    /// Bits per second of the original.
    public var bitRate: Int?
    /// The original's codec, in ffmpeg's naming.
    public var codec: String?

    /// Nothing known yet.
    public init() {}
}
