/// The description of one complete HLS result. Equal sources give equal values.
public struct TranscodedAudio: Codable, Sendable, Equatable {
    /// What the source's bytes turned out to be, whatever its name said.
    public var sourceFormat: SourceFormat
    /// Size of the source in bytes.
    public var sourceByteCount: Int
    /// Length of the decoded audio, counted in samples, never taken from a header.
    public var durationMilliseconds: Int
    /// The variants, best first.
    public var renditions: [Rendition]
    /// The playlists, in the order in which they must be published: variants, then master.
    public var playlists: [PublishedFile]
    /// Measured after EBU R 128.
    public var loudness: Loudness
    /// For drawing the track.
    public var waveform: Waveform
    /// Bytes of all segments and playlists.
    public var totalByteCount: Int

    /// Every file of the result in the order in which it must become visible to players:
    /// segments, variant playlists, master. A player that finds the master finds everything it names.
    public var publishingOrder: [PublishedFile] {
        renditions.flatMap { $0.segments.map(\.file) } + playlists
    }
}

/// One file of the result.
public struct PublishedFile: Codable, Sendable, Equatable {
    /// File name inside the result directory.
    public var name: String
    /// Size in bytes.
    public var byteCount: Int
    /// SHA-256 of the content, 64 lower-case hexadecimal digits.
    public var sha256: String
}

/// One quality of the audio.
public struct Rendition: Codable, Sendable, Equatable {
    /// `high` or `low`; also the stem of its file names.
    public var name: String
    /// Peak bits per second over segments of at least half the target duration (RFC 8216 section 4.3.4.2).
    public var bandwidth: Int
    /// Mean bits per second.
    public var averageBandwidth: Int
    /// Samples per second.
    public var sampleRate: Int
    /// The segments in playing order.
    public var segments: [Segment]

    /// One packed-audio segment, timestamp tag included.
    public struct Segment: Codable, Sendable, Equatable {
        /// Its file.
        public var file: PublishedFile
        /// Samples per channel, counted from its ADTS frames.
        public var samples: Int
        /// `samples` divided by the sample rate, in microseconds: the value of its EXTINF.
        public var durationMicroseconds: Int
    }
}

/// The loudness of a recording after EBU R 128. A value is nil where the audio is too short or too quiet to measure.
public struct Loudness: Codable, Sendable, Equatable {
    /// Integrated loudness in LUFS.
    public var integratedLUFS: Double?
    /// Loudness range in LU.
    public var rangeLU: Double?
    /// True peak in dBTP.
    public var truePeakDBTP: Double?
}
