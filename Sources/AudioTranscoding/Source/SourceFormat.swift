/// The kinds of audio file that are accepted.
public enum SourceFormat: String, Codable, Sendable, CaseIterable {
    /// MPEG layer III, with or without an ID3v2 tag.
    case mp3
    /// RIFF WAVE.
    case wav
    /// Native FLAC.
    case flac
    /// Vorbis, Opus or FLAC in Ogg.
    case ogg
    /// AAC in ADTS frames.
    case adts
    /// AAC, ALAC, FLAC, Opus or MP3 in an ISO media file (`.m4a`, `.mp4`, `.mov`).
    case mp4

    /// The demuxer's name. Naming it switches content probing off, which is what keeps a playlist that is
    /// called `song.mp3` from being followed to other files.
    var demuxer: String {
        switch self {
        case .mp3: "mp3"
        case .wav: "wav"
        case .flac: "flac"
        case .ogg: "ogg"
        case .adts: "aac"
        case .mp4: "mov"
        }
    }

    /// The only decoders that may be opened for this container, so that neither cover pictures nor exotic
    /// codecs reach a parser nobody needs.
    var decoders: [String] {
        switch self {
        case .mp3: ["mp3float", "mp3"]
        case .wav:
            [
                "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw",
                "adpcm_ms", "adpcm_ima_wav",
            ]
        case .flac: ["flac"]
        case .ogg: ["vorbis", "opus", "flac"]
        case .adts: ["aac"]
        case .mp4: ["aac", "alac", "flac", "opus", "mp3float", "mp3"]
        }
    }
}

/// What is known about a source before it is decoded.
struct SourceSurvey: Sendable, Equatable {
    var format: SourceFormat
    var byteCount: Int
    /// The length the file promises, in seconds; nil where the container makes no promise.
    var declaredSeconds: Double?
}
