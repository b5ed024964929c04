import FoundationEssentials

/// What an original really is: artists upload other formats under the name of an MP3.
enum AudioType {
    /// The media type by the file's first bytes; what is not recognised counts as MP3.
    static func ofFile(_ path: String) throws -> String {
        ofBytes(Array(try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe).prefix(12)))
    }

    static func ofBytes(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        switch true {
        case text.hasPrefix("RIFF"): return "audio/wav"
        case text.hasPrefix("fLaC"): return "audio/flac"
        case text.hasPrefix("OggS"): return "audio/ogg"
        case bytes.dropFirst(4).starts(with: "ftyp".utf8): return "audio/mp4"
        // The ADTS sync word with layer 0 (ISO 13818-7); MP3's frames have another layer.
        case bytes.count > 1 && bytes[0] == 0xFF && bytes[1] & 0xF6 == 0xF0: return "audio/aac"
        default: return "audio/mpeg"
        }
    }
}
