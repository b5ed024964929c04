/// Reads the chunk list of a RIFF WAVE file.
enum WAVSurvey {
    static func survey(_ reader: SourceReader) throws(TranscodingError) -> SourceSurvey {
        var offset = 12
        var bytesPerSecond = 0
        while let size = try reader.littleEndian(at: offset + 4, width: 4) {
            if try reader.matches("fmt ", at: offset) {
                bytesPerSecond = try reader.littleEndian(at: offset + 16, width: 4) ?? 0
            }
            if try reader.matches("data", at: offset) {
                return try survey(reader, dataAt: offset + 8, size: size, bytesPerSecond: bytesPerSecond)
            }
            offset += 8 + size + size % 2
        }
        throw TranscodingError(.truncated, detail: "WAV file of \(reader.byteCount) bytes has no data chunk")
    }

    private static func survey(
        _ reader: SourceReader,
        dataAt offset: Int,
        size: Int,
        bytesPerSecond: Int
    ) throws(TranscodingError) -> SourceSurvey {
        let present = reader.byteCount - offset
        // Programs that stream a WAV cannot know its size: they leave 0 or 0xFFFFFFFF, and it means "to the end".
        let isOpenEnded = size == 0 || size >= 0xffff_ff00 || size == 0x7fff_ffff
        let promised = isOpenEnded ? present : size
        guard present > 0 else { throw TranscodingError(.truncated, detail: "WAV data chunk is empty") }
        guard Double(present) >= 0.98 * Double(promised) else {
            throw TranscodingError(.truncated, detail: "WAV promises \(promised) bytes of audio, \(present) are there")
        }
        let seconds = bytesPerSecond > 0 ? Double(promised) / Double(bytesPerSecond) : nil
        return SourceSurvey(format: .wav, byteCount: reader.byteCount, declaredSeconds: seconds)
    }
}
