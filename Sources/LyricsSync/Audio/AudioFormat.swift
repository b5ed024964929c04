/// The demuxer for each accepted audio type.
///
/// Naming it stops ffmpeg from guessing: a playlist dressed as an MP3 would otherwise read other files or addresses.
enum AudioFormat {
    /// The name for `-f`, or nil for a type that is not accepted.
    static func demuxer(forMIMEType mimeType: String) -> String? {
        switch mimeType.lowercased() {
        case "audio/mpeg", "audio/mp3": "mp3"
        case "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave": "wav"
        case "audio/flac", "audio/x-flac": "flac"
        case "audio/aac", "audio/x-aac": "aac"
        case "audio/ogg", "audio/opus": "ogg"
        case "audio/mp4", "audio/m4a", "audio/x-m4a": "mov"
        case "audio/aiff", "audio/x-aiff": "aiff"
        default: nil
        }
    }

    /// The name Gemini's documentation uses for the type, or nil for a type it does not list.
    static func geminiType(forMIMEType mimeType: String) -> String? {
        switch demuxer(forMIMEType: mimeType) {
        case "mp3": "audio/mp3"
        case "wav": "audio/wav"
        case "flac": "audio/flac"
        case "aac": "audio/aac"
        case "ogg": "audio/ogg"
        case "aiff": "audio/aiff"
        default: nil
        }
    }
}
