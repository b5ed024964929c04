/// The text of our playlists (RFC 8216). All arithmetic is on integers, so equal audio gives equal bytes.
enum Playlist {
    /// A media playlist: VOD, version 3 (decimal EXTINF), whole.
    static func media(_ rendition: Rendition) -> String {
        let entries = rendition.segments.map { segment in
            "#EXTINF:\(decimal(micros: segment.durationMicroseconds)),\n\(segment.file.name)\n"
        }
        return """
            #EXTM3U
            #EXT-X-VERSION:3
            #EXT-X-TARGETDURATION:\(targetDuration(rendition.segments.map(\.durationMicroseconds)))
            #EXT-X-MEDIA-SEQUENCE:0
            #EXT-X-PLAYLIST-TYPE:VOD
            \(entries.joined())#EXT-X-ENDLIST

            """
    }

    /// The master playlist; every variant is AAC-LC.
    static func master(_ renditions: [Rendition]) -> String {
        let entries = renditions.map { rendition in
            "#EXT-X-STREAM-INF:BANDWIDTH=\(rendition.bandwidth),AVERAGE-BANDWIDTH=\(rendition.averageBandwidth),"
                + "CODECS=\"mp4a.40.2\"\n\(rendition.name).m3u8\n"
        }
        return "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n" + entries.joined()
    }

    /// The largest duration rounded to the nearest second, at least 1 (RFC 8216 section 4.3.3.1).
    static func targetDuration(_ micros: [Int]) -> Int {
        max(1, ((micros.max() ?? 0) + 500_000) / 1_000_000)
    }

    /// Duration of `samples` in microseconds, rounded to nearest.
    static func micros(samples: Int, sampleRate: Int) -> Int {
        (samples * 1_000_000 + sampleRate / 2) / sampleRate
    }

    /// Seconds with six decimals.
    static func decimal(micros: Int) -> String {
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }

    /// Bits per second, rounded up, so that the stated rate is never exceeded.
    static func bitsPerSecond(bytes: Int, micros: Int) -> Int {
        micros > 0 ? (bytes * 8_000_000 + micros - 1) / micros : 0
    }

    /// Peak and mean rate. Segments shorter than half the target duration do not count for the peak.
    static func bandwidth(_ segments: [Rendition.Segment]) -> (peak: Int, average: Int) {
        let half = targetDuration(segments.map(\.durationMicroseconds)) * 500_000
        let long = segments.filter { $0.durationMicroseconds >= half }
        let rates = (long.isEmpty ? segments : long).map { segment in
            bitsPerSecond(bytes: segment.file.byteCount, micros: segment.durationMicroseconds)
        }
        let bytes = segments.reduce(0) { $0 + $1.file.byteCount }
        let micros = segments.reduce(0) { $0 + $1.durationMicroseconds }
        let average = bitsPerSecond(bytes: bytes, micros: micros)
        return (max(rates.max() ?? 0, average), average)
    }
}
