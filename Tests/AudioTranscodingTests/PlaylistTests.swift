import Testing

@testable import AudioTranscoding

@Suite("Playlists")
struct PlaylistTests {
    static func rendition(_ name: String, frames: [Int], bytes: Int) -> Rendition {
        let segments = frames.enumerated().map { index, frames in
            Rendition.Segment(
                file: PublishedFile(name: "\(name)_00\(index).aac", byteCount: bytes * frames, sha256: ""),
                samples: frames * 1_024,
                durationMicroseconds: Playlist.micros(samples: frames * 1_024, sampleRate: 44_100)
            )
        }
        let (peak, average) = Playlist.bandwidth(segments)
        return Rendition(
            name: name,
            bandwidth: peak,
            averageBandwidth: average,
            sampleRate: 44_100,
            segments: segments
        )
    }

    @Test("a media playlist states exact durations")
    func media() {
        let text = Playlist.media(Self.rendition("high", frames: [431, 430, 1], bytes: 390))
        #expect(
            text == """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:10
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-PLAYLIST-TYPE:VOD
                #EXTINF:10.007800,
                high_000.aac
                #EXTINF:9.984580,
                high_001.aac
                #EXTINF:0.023220,
                high_002.aac
                #EXT-X-ENDLIST

                """
        )
    }

    @Test("a master playlist states peak and mean rate, and the codec")
    func master() {
        let text = Playlist.master([Self.rendition("high", frames: [431, 430], bytes: 390)])
        #expect(
            text == """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-STREAM-INF:BANDWIDTH=134368,AVERAGE-BANDWIDTH=134368,CODECS="mp4a.40.2"
                high.m3u8

                """
        )
    }

    @Test("a tiny last segment does not raise the peak, but counts when it is alone")
    func tinySegments() {
        #expect(Self.rendition("low", frames: [430, 1], bytes: 200).bandwidth == 68_907)
        #expect(Self.rendition("low", frames: [1], bytes: 200).bandwidth == 68_907)
        #expect(Playlist.targetDuration([23_220]) == 1)
        #expect(Playlist.targetDuration([10_499_999]) == 10)
        #expect(Playlist.targetDuration([10_500_000]) == 11)
    }

    @Test(
        "only the names of the layout are names of a result",
        arguments: [
            ("master.m3u8", true), ("high.m3u8", true), ("low.m3u8", true), ("high_000.aac", true),
            ("low_999.aac", true), ("low_1000.aac", false), ("high_0a0.aac", false), ("../high_000.aac", false),
            ("high_000.aac/..", false), ("master_000.m3u8", false), ("", false), ("high_٠٠٠.aac", false),
        ]
    )
    func names(_ name: String, _ isResult: Bool) {
        #expect(RenditionKind.isResultName(name) == isResult)
    }

    @Test("segment numbers have three digits")
    func segmentNames() {
        #expect(RenditionKind.high.segment(0) == "high_000.aac")
        #expect(RenditionKind.low.segment(42) == "low_042.aac")
        #expect(RenditionKind.low.segment(998) == "low_998.aac")
    }
}
