/// Recognises what must never reach the decoder, so that the artist is told what the file is instead of
/// "could not decode".
enum RefusedContent {
    private struct Signature {
        let magic: StaticString
        let offset: Int
        let code: TranscodingError.Code
        let name: String
    }

    private static let binary: [Signature] = [
        Signature(magic: "AVI ", offset: 8, code: .unsupportedFormat, name: "an AVI video"),
        Signature(magic: "WEBP", offset: 8, code: .notAudio, name: "a WebP picture"),
        Signature(magic: "RF64", offset: 0, code: .unsupportedFormat, name: "a 64-bit WAV file"),
        Signature(magic: "\u{1A}E", offset: 0, code: .unsupportedFormat, name: "a Matroska or WebM file"),
        Signature(magic: "FORM", offset: 0, code: .unsupportedFormat, name: "an AIFF file"),
        Signature(magic: "caff", offset: 0, code: .unsupportedFormat, name: "a Core Audio file"),
        Signature(magic: "wvpk", offset: 0, code: .unsupportedFormat, name: "a WavPack file"),
        Signature(magic: "MAC ", offset: 0, code: .unsupportedFormat, name: "a Monkey's Audio file"),
        Signature(magic: "MThd", offset: 0, code: .unsupportedFormat, name: "a MIDI file"),
        Signature(magic: "#!AMR", offset: 0, code: .unsupportedFormat, name: "an AMR file"),
        Signature(magic: ".snd", offset: 0, code: .unsupportedFormat, name: "an AU file"),
        Signature(magic: "FLV", offset: 0, code: .unsupportedFormat, name: "a Flash video"),
        Signature(magic: "%PDF", offset: 0, code: .notAudio, name: "a PDF document"),
        Signature(magic: "PK\u{3}\u{4}", offset: 0, code: .notAudio, name: "a ZIP archive"),
        Signature(magic: "Rar!", offset: 0, code: .notAudio, name: "a RAR archive"),
        Signature(magic: "GIF8", offset: 0, code: .notAudio, name: "a GIF picture"),
        Signature(magic: "PNG\r\n", offset: 1, code: .notAudio, name: "a PNG picture"),
        Signature(magic: "JFIF", offset: 6, code: .notAudio, name: "a JPEG picture"),
        Signature(magic: "Exif", offset: 6, code: .notAudio, name: "a JPEG picture"),
        Signature(magic: "\u{7F}ELF", offset: 0, code: .notAudio, name: "a program"),
    ]

    private static let text: [(prefix: String, code: TranscodingError.Code, name: String)] = [
        ("#extm3u", .playlistRefused, "an M3U playlist"),
        ("#ext", .playlistRefused, "an M3U playlist"),
        ("ffconcat", .playlistRefused, "a concatenation script"),
        ("[playlist]", .playlistRefused, "a PLS playlist"),
        ("[reference]", .playlistRefused, "an ASF reference file"),
        ("<asx", .playlistRefused, "an ASX playlist"),
        ("<mpd", .playlistRefused, "a DASH playlist"),
        ("<smil", .playlistRefused, "a SMIL playlist"),
        ("v=0", .playlistRefused, "a session description"),
        ("file '", .playlistRefused, "a concatenation script"),
        ("<svg", .notAudio, "an SVG picture"),
        ("<!doctype html", .notAudio, "a web page"),
        ("<html", .notAudio, "a web page"),
        ("<sami", .notAudio, "a subtitle file"),
        ("webvtt", .notAudio, "a subtitle file"),
        ("{\\rtf", .notAudio, "a text document"),
    ]

    /// The refusal for a file whose beginning is known, or nil.
    static func recognise(_ reader: SourceReader) throws(TranscodingError) -> TranscodingError? {
        for signature in binary where try reader.matches(signature.magic, at: signature.offset) {
            return refusal(signature.code, signature.name)
        }
        let head = textHead(try reader.bytes(at: 0, count: 2_048))
        if let entry = text.first(where: { head.hasPrefix($0.prefix) }) { return refusal(entry.code, entry.name) }
        guard head.hasPrefix("<?xml") || head.hasPrefix("<!--") else { return nil }
        let entry = text.first { $0.prefix.hasPrefix("<") && head.contains($0.prefix) }
        return refusal(entry?.code ?? .notAudio, entry?.name ?? "an XML document")
    }

    /// The refusal for a file that matches no accepted format.
    static func unrecognised(_ head: ArraySlice<UInt8>) -> TranscodingError {
        let isText = head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || [0x09, 0x0a, 0x0d].contains($0) }
        return isText
            ? refusal(.notAudio, "a text file")
            : TranscodingError(.notAudio, detail: "no known signature; begins with \(hexadecimal(head.prefix(16)))")
    }

    private static func refusal(_ code: TranscodingError.Code, _ name: String) -> TranscodingError {
        TranscodingError(
            code,
            detail: "source is \(name)",
            artistMessage: "This file is \(name), not a recording we can use. "
                + "Please upload an MP3, WAV, FLAC, OGG, AAC or M4A file."
        )
    }

    /// Lower-case text without byte-order mark and leading blanks, which playlist parsers skip as well.
    private static func textHead(_ bytes: ArraySlice<UInt8>) -> String {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        let trimmed = body.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
        return String(decoding: trimmed, as: UTF8.self).lowercased()
    }
}

/// Lower-case hexadecimal digits of `bytes`.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
