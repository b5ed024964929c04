/// Where the platform's objects lie in the bucket: one place for every key.
public enum MediaKeys {
    /// The artist's original.
    public static func rawTrack(_ track: TrackID) -> String { "raw-track/\(track).mp3" }

    /// A playlist or segment of the track; `file` is a name such as `master.m3u8`, checked by the caller.
    public static func transcoded(_ track: TrackID, file: String) -> String { "transcoded-track/\(track)/\(file)" }

    /// Segments, loudness and waveform of a track, as JSON.
    public static func analysis(_ track: TrackID) -> String { "track-analysis/\(track).json" }

    /// The poster of an upload, by content type; `nil` for types the platform does not take.
    public static func poster(_ upload: UploadID, contentType: String) -> String? {
        switch contentType {
        case "image/jpeg": "poster/\(upload).jpg"
        case "image/png": "poster/\(upload).png"
        case "image/webp": "poster/\(upload).webp"
        default: nil
        }
    }
}
