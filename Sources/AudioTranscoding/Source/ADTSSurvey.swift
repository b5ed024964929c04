/// Walks the ADTS frames of a raw AAC file.
enum ADTSSurvey {
    /// Nil when the bytes at `start` are not two ADTS frames in a row (or one that ends the file).
    static func survey(_ reader: SourceReader, from start: Int) throws(TranscodingError) -> SourceSurvey? {
        guard let first = ADTSHeader(try reader.bytes(at: start, count: 7)) else { return nil }
        var (offset, frames) = (start, 0)
        while let header = ADTSHeader(try reader.bytes(at: offset, count: 7)), header.continues(first),
            offset + header.frameBytes <= reader.byteCount
        {
            offset += header.frameBytes
            frames += header.blocks
        }
        guard frames > 1 || (frames == 1 && offset == reader.byteCount) else { return nil }
        let seconds = Double(frames * ADTSHeader.samplesPerBlock) / Double(first.sampleRate)
        let remaining = reader.byteCount - offset
        guard remaining * 50 <= reader.byteCount else {
            throw TranscodingError(
                .truncated,
                detail: "AAC frames end at byte \(offset) of \(reader.byteCount); \(remaining) bytes unreadable"
            )
        }
        return SourceSurvey(format: .adts, byteCount: reader.byteCount, declaredSeconds: seconds)
    }
}
