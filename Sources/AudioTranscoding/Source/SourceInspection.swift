import SystemPackage

/// Decides from a file's own bytes what it is, and what length it promises, before any decoder sees it.
/// File names and declared content types play no part.
enum SourceInspection {
    /// - Throws: ``TranscodingError`` with the code and the sentence that fit what the file really is.
    static func survey(_ path: FilePath, sourceBytesMax: Int) throws(TranscodingError) -> SourceSurvey {
        let reader = try SourceReader(path: path)
        guard reader.byteCount > 0 else {
            throw TranscodingError(.emptyFile, detail: "source \(path) has 0 bytes")
        }
        guard reader.byteCount <= sourceBytesMax else {
            throw TranscodingError(
                .tooLarge,
                detail: "source has \(reader.byteCount) bytes, the limit is \(sourceBytesMax)"
            )
        }
        if let refusal = try RefusedContent.recognise(reader) { throw refusal }
        let start = try offsetAfterID3(reader)
        if start > 0, start >= reader.byteCount {
            throw TranscodingError(.truncated, detail: "ID3v2 tag of \(start) bytes fills the whole file")
        }
        guard let survey = try survey(reader, from: start) else {
            throw RefusedContent.unrecognised(try reader.bytes(at: 0, count: 4_096))
        }
        return survey
    }

    private static func survey(_ reader: SourceReader, from start: Int) throws(TranscodingError) -> SourceSurvey? {
        if try reader.matches("RIFF", at: 0), try reader.matches("WAVE", at: 8) { return try WAVSurvey.survey(reader) }
        if try reader.matches("OggS", at: 0) { return try OggSurvey.survey(reader) }
        if try reader.matches("ftyp", at: 4) { return try MP4Survey.survey(reader) }
        // Only these are found behind an ID3v2 tag.
        if try reader.matches("fLaC", at: start) { return try FLACSurvey.survey(reader, from: start) }
        if let survey = try ADTSSurvey.survey(reader, from: start) { return survey }
        return try MP3Survey.survey(reader, from: start)
    }

    /// Honest files have one tag, some two; a file of nothing else would keep us reading for minutes.
    private static let tagsMax = 32

    /// The first byte behind all ID3v2 tags. A tag is "ID3", version (2 bytes), flags (1), size as four 7-bit bytes,
    /// which counts neither this 10-byte header nor the footer (ID3v2.4 section 3.1).
    static func offsetAfterID3(_ reader: SourceReader) throws(TranscodingError) -> Int {
        var offset = 0
        var tags = 0
        while try reader.matches("ID3", at: offset), let size = try reader.bigEndian(at: offset + 6, width: 4) {
            let hasFooter = try reader.bytes(at: offset + 5, count: 1).first.map { $0 & 0x10 != 0 } ?? false
            let body = (size >> 24 & 0x7f) << 21 | (size >> 16 & 0x7f) << 14 | (size >> 8 & 0x7f) << 7 | size & 0x7f
            offset += 10 + body + (hasFooter ? 10 : 0)
            tags += 1
            guard tags <= tagsMax else {
                throw TranscodingError(.notAudio, detail: "more than \(tagsMax) ID3v2 tags before any audio")
            }
        }
        return offset
    }
}
