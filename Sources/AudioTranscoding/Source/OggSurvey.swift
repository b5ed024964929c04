/// Reads the first and the last page of an Ogg stream (RFC 3533 section 6).
enum OggSurvey {
    /// A page is at most 65,307 bytes long, so one window of this size at the end holds the last page's header.
    private static let pageBytesMax = 65_307

    static func survey(_ reader: SourceReader) throws(TranscodingError) -> SourceSurvey {
        guard let page = try lastPage(reader) else {
            throw TranscodingError(.truncated, detail: "Ogg file has no page in its last \(pageBytesMax) bytes")
        }
        let flags = try reader.bytes(at: page + 5, count: 1).first ?? 0
        guard flags & 0x04 != 0 else {
            throw TranscodingError(.truncated, detail: "Ogg file does not end with an end-of-stream page")
        }
        let granule = try reader.littleEndian(at: page + 6, width: 8) ?? 0
        let rate = try sampleRate(reader)
        let seconds = rate > 0 && granule > 0 ? Double(granule) / Double(rate) : nil
        return SourceSurvey(format: .ogg, byteCount: reader.byteCount, declaredSeconds: seconds)
    }

    private static func lastPage(_ reader: SourceReader) throws(TranscodingError) -> Int? {
        let start = max(0, reader.byteCount - pageBytesMax)
        let tail = Array(try reader.bytes(at: start, count: pageBytesMax))
        let magic = Array("OggS".utf8)
        guard tail.count >= 27 else { return nil }
        return (0...(tail.count - 27)).last { tail[$0] == magic[0] && tail[$0..<($0 + 4)].elementsEqual(magic) }
            .map { start + $0 }
    }

    /// Samples per second of the granule position; 0 where the codec is not one of the three accepted ones.
    private static func sampleRate(_ reader: SourceReader) throws(TranscodingError) -> Int {
        let segments = Int(try reader.bytes(at: 26, count: 1).first ?? 0)
        let packet = 27 + segments
        if try reader.matches("OpusHead", at: packet) { return 48_000 }
        if try reader.matches("vorbis", at: packet + 1) {
            return try reader.littleEndian(at: packet + 12, width: 4) ?? 0
        }
        return 0
    }
}
