/// Walks every frame of an MP3 and compares what is there with what its encoder's header promises.
///
/// The decoder cannot be asked: it plays a truncated file to its end without an error, and it believes a
/// Xing header that promises years.
enum MP3Survey {
    /// The promise of a Xing, Info or VBRI header.
    struct Promise: Equatable {
        var frames: Int?
        var bytes: Int?
    }

    /// What the frames themselves say.
    struct Walk: Equatable {
        var frames = 0
        /// From the first audio frame to the end of the last complete one.
        var spanBytes = 0
        /// Bytes inside the span that belong to no frame.
        var gapBytes = 0
        var isConstantBitrate = true
        var endsInsideFrame = false
    }

    /// Nil when there is no MP3 stream near the beginning of the file.
    static func survey(_ reader: SourceReader, from start: Int) throws(TranscodingError) -> SourceSurvey? {
        guard let (first, header) = try firstFrame(reader, from: start) else { return nil }
        let promise = try promise(reader, at: first, header)
        let audioStart = promise == nil ? first : first + header.frameBytes
        let walk = try walk(reader, from: audioStart, like: header)
        try check(walk, against: promise)
        let seconds = Double(header.samplesPerFrame) / Double(header.sampleRate)
        let expectedFrames = max(promise?.frames ?? 0, walk.frames)
        var declared = Double(expectedFrames) * seconds
        if promise?.frames == nil, walk.isConstantBitrate {
            declared = Double(walk.spanBytes * 8) / Double(header.bitsPerSecond)
        }
        return SourceSurvey(format: .mp3, byteCount: reader.byteCount, declaredSeconds: declared)
    }

    /// - Throws: `truncated` or `lying-header` when fewer than 98 % of the promised frames are there.
    private static func check(_ walk: Walk, against promise: Promise?) throws(TranscodingError) {
        let found = "found \(walk.frames) frames in \(walk.spanBytes) bytes, \(walk.gapBytes) bytes unreadable"
        guard walk.frames > 0 else { throw TranscodingError(.truncated, detail: found) }
        if walk.gapBytes * 50 > walk.spanBytes {
            throw TranscodingError(.truncated, detail: "hole in the MP3 stream: \(found)")
        }
        guard let frames = promise?.frames, Double(walk.frames) < 0.98 * Double(frames) else { return }
        let detail = "header promises \(frames) frames, \(promise?.bytes ?? 0) bytes; \(found)"
        let isComplete = promise?.bytes.map { Double(walk.spanBytes) >= 0.98 * Double($0) } ?? false
        throw TranscodingError(isComplete ? .lyingHeader : .truncated, detail: detail)
    }

    /// The first header that is followed by a second one, or that ends the file exactly.
    private static func firstFrame(
        _ reader: SourceReader,
        from start: Int
    ) throws(TranscodingError) -> (offset: Int, header: MP3Header)? {
        let searchEnd = min(reader.byteCount - 4, start + 1 << 16)
        var offset = start
        while offset <= searchEnd {
            if let header = try confirmedHeader(reader, at: offset) { return (offset, header) }
            offset += 1
        }
        return nil
    }

    private static func confirmedHeader(_ reader: SourceReader, at offset: Int) throws(TranscodingError) -> MP3Header? {
        guard let header = MP3Header(try reader.bytes(at: offset, count: 4)) else { return nil }
        let next = offset + header.frameBytes
        if next == reader.byteCount { return header }
        guard let follower = MP3Header(try reader.bytes(at: next, count: 4)), follower.continues(header) else {
            return nil
        }
        return header
    }

    private static func promise(
        _ reader: SourceReader,
        at offset: Int,
        _ header: MP3Header
    ) throws(TranscodingError) -> Promise? {
        if try reader.matches("VBRI", at: offset + 36) {
            return Promise(
                frames: try reader.bigEndian(at: offset + 50, width: 4),
                bytes: try reader.bigEndian(at: offset + 46, width: 4)
            )
        }
        let tag = offset + 4 + header.sideInfoBytes
        let isXing = try reader.matches("Xing", at: tag)
        let isInfo = try reader.matches("Info", at: tag)
        guard isXing || isInfo else { return nil }
        let flags = try reader.bigEndian(at: tag + 4, width: 4) ?? 0
        var promise = Promise()
        if flags & 1 != 0 { promise.frames = try reader.bigEndian(at: tag + 8, width: 4) }
        if flags & 2 != 0 { promise.bytes = try reader.bigEndian(at: tag + (flags & 1 != 0 ? 12 : 8), width: 4) }
        return promise
    }

    private static func walk(
        _ reader: SourceReader,
        from start: Int,
        like first: MP3Header
    ) throws(TranscodingError) -> Walk {
        var walk = Walk()
        var (offset, bitrate) = (start, 0)
        while offset + 4 <= reader.byteCount {
            guard let header = MP3Header(try reader.bytes(at: offset, count: 4)), header.continues(first) else {
                guard let resumed = try resume(reader, from: offset + 1, like: first) else { break }
                walk.gapBytes += resumed - offset
                offset = resumed
                continue
            }
            guard offset + header.frameBytes <= reader.byteCount else {
                walk.endsInsideFrame = true
                break
            }
            if bitrate != 0, bitrate != header.bitsPerSecond { walk.isConstantBitrate = false }
            bitrate = header.bitsPerSecond
            walk.frames += 1
            offset += header.frameBytes
            walk.spanBytes = offset - start
        }
        return walk
    }

    private static func resume(
        _ reader: SourceReader,
        from start: Int,
        like first: MP3Header
    ) throws(TranscodingError) -> Int? {
        var offset = start
        while offset + 4 <= reader.byteCount {
            let chunk = try reader.bytes(at: offset, count: 4_096)
            guard let candidate = chunk.firstIndex(of: 0xff) else {
                offset += chunk.count
                continue
            }
            offset += candidate - chunk.startIndex
            if let header = try confirmedHeader(reader, at: offset), header.continues(first) { return offset }
            offset += 1
        }
        return nil
    }
}
