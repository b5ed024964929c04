/// Reads the box structure of an ISO base media file (ISO/IEC 14496-12) as far as the audio track's length.
enum MP4Survey {
    private struct Box {
        let kind: String
        let body: Int
        let end: Int
    }

    /// No real file has more boxes on one level; the bound keeps a hostile one from costing time.
    private static let boxesMax = 4_096

    static func survey(_ reader: SourceReader) throws(TranscodingError) -> SourceSurvey {
        let top = try boxes(reader, from: 0, to: reader.byteCount)
        guard let movie = top.first(where: { $0.kind == "moov" }) else {
            throw TranscodingError(.truncated, detail: "MP4 file has no moov box: found \(top.map(\.kind))")
        }
        let children = try boxes(reader, from: movie.body, to: movie.end)
        var timescale = 0
        if let header = children.first(where: { $0.kind == "mvhd" }) {
            let isLong = try reader.bigEndian(at: header.body, width: 1) == 1
            timescale = try reader.bigEndian(at: header.body + (isLong ? 20 : 12), width: 4) ?? 0
        }
        for track in children where track.kind == "trak" {
            guard let duration = try audioDuration(reader, track) else { continue }
            let seconds = timescale > 0 && duration > 0 ? Double(duration) / Double(timescale) : nil
            return SourceSurvey(format: .mp4, byteCount: reader.byteCount, declaredSeconds: seconds)
        }
        throw TranscodingError(.noAudioTrack, detail: "MP4 file has no track with handler 'soun'")
    }

    /// The track's length in the movie's timescale, edits included; nil for a track that is not audio.
    private static func audioDuration(_ reader: SourceReader, _ track: Box) throws(TranscodingError) -> Int? {
        let boxes = try boxes(reader, from: track.body, to: track.end)
        guard let media = boxes.first(where: { $0.kind == "mdia" }) else { return nil }
        let mediaBoxes = try self.boxes(reader, from: media.body, to: media.end)
        guard let handler = mediaBoxes.first(where: { $0.kind == "hdlr" }),
            try reader.matches("soun", at: handler.body + 8)
        else { return nil }
        guard let header = boxes.first(where: { $0.kind == "tkhd" }) else { return 0 }
        let isLong = try reader.bigEndian(at: header.body, width: 1) == 1
        let duration = try reader.bigEndian(at: header.body + (isLong ? 28 : 20), width: isLong ? 8 : 4) ?? 0
        // All ones means "unknown" in a fragmented file.
        return duration < 0 || (!isLong && duration == 0xffff_ffff) ? 0 : duration
    }

    private static func boxes(_ reader: SourceReader, from start: Int, to end: Int) throws(TranscodingError) -> [Box] {
        var (found, offset): ([Box], Int) = ([], start)
        while found.count < boxesMax, offset + 8 <= end, let size = try reader.bigEndian(at: offset, width: 4) {
            let kind = String(decoding: try reader.bytes(at: offset + 4, count: 4), as: UTF8.self)
            var (body, boxEnd) = (offset + 8, offset + size)
            if size == 1, let long = try reader.bigEndian(at: offset + 8, width: 8), (16...end).contains(long) {
                (body, boxEnd) = (offset + 16, offset + long)
            } else if size == 0 {
                boxEnd = end
            }
            guard boxEnd >= body else { break }
            found.append(Box(kind: kind, body: body, end: min(boxEnd, end)))
            offset = boxEnd
        }
        return found
    }
}
