/// Reads STREAMINFO, the first metadata block of a FLAC file (RFC 9639 section 8.2).
enum FLACSurvey {
    static func survey(_ reader: SourceReader, from start: Int) throws(TranscodingError) -> SourceSurvey {
        // 4 bytes "fLaC", 4 bytes block header, 10 bytes block and frame sizes; then 20 bits sample rate,
        // 3 bits channels, 5 bits sample size, 36 bits number of samples.
        guard let packed = try reader.bigEndian(at: start + 18, width: 4),
            let low = try reader.bigEndian(at: start + 22, width: 4)
        else {
            throw TranscodingError(.truncated, detail: "FLAC file ends inside STREAMINFO")
        }
        let sampleRate = packed >> 12
        let samples = (packed & 0xf) << 32 | low
        let isKnown = sampleRate > 0 && samples > 0
        let seconds = isKnown ? Double(samples) / Double(sampleRate) : nil
        return SourceSurvey(format: .flac, byteCount: reader.byteCount, declaredSeconds: seconds)
    }
}
