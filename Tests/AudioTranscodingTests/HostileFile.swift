import AudioTranscoding
import SystemPackage
import Testing

/// One file somebody may upload, and what must become of it.
struct HostileFile: Sendable, CustomTestStringConvertible {
    let name: String
    /// Nil when it must be accepted.
    let expected: TranscodingError.Code?
    let make: @Sendable (Workbench) async throws -> FilePath
    var testDescription: String { name }

    init(
        _ name: String,
        _ expected: TranscodingError.Code?,
        _ make: @escaping @Sendable (Workbench) async throws -> FilePath
    ) {
        (self.name, self.expected, self.make) = (name, expected, make)
    }

    static func text(_ name: String, _ code: TranscodingError.Code, _ text: String) -> HostileFile {
        HostileFile(name, code) { try $0.write(text.utf8, to: "song.mp3") }
    }

    static let refused: [HostileFile] = [
        HostileFile("0 bytes", .emptyFile) { try $0.write([], to: "song.mp3") },
        HostileFile("100 zero bytes", .notAudio) { try $0.write([UInt8](repeating: 0, count: 100), to: "song.mp3") },
        text("text", .notAudio, String(repeating: "la la la\n", count: 100)),
        text("a web page", .notAudio, "<!DOCTYPE html><html><body>404</body></html>"),
        text("an SVG picture", .notAudio, "<?xml version='1.0'?>\n<svg><image href='file:///etc/passwd'/></svg>"),
        HostileFile("random bytes", .notAudio) { bench in
            var generator = SplitMix(state: 42)
            return try bench.write((0..<200_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }, to: "r.mp3")
        },
        HostileFile("a playlist naming another artist's file", .playlistRefused) { bench in
            let victim = try await bench.tone(seconds: 3, output: "victim.mp3")
            let text = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://\(victim)\n#EXT-X-ENDLIST\n"
            return try bench.write(text.utf8, to: "song.mp3")
        },
        HostileFile("a playlist behind a byte-order mark", .playlistRefused) {
            try $0.write([0xef, 0xbb, 0xbf] + "\n #EXTM3U\n/etc/passwd\n".utf8, to: "song.mp3")
        },
        HostileFile("a playlist behind an ID3 tag", .notAudio) { bench in
            let victim = try await bench.tone(seconds: 3, output: "victim.mp3")
            let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://\(victim)\n#EXT-X-ENDLIST\n"
            return try bench.write("ID3".utf8 + [4, 0, 0, 0, 0, 0, 0] + playlist.utf8, to: "song.mp3")
        },
        text("a concatenation script", .playlistRefused, "ffconcat version 1.0\nfile /etc/passwd\n"),
        text("a session description", .playlistRefused, "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 96\n"),
        text("a DASH playlist", .playlistRefused, "<?xml version='1.0'?><MPD><BaseURL>http://x/</BaseURL></MPD>"),
        HostileFile("a picture", .notAudio) {
            try await $0.ffmpeg(["-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1"], output: "p.png")
        },
        HostileFile("a WebM file", .unsupportedFormat) {
            try await $0.tone(seconds: 1, ["-c:a", "libopus"], output: "a.webm")
        },
        HostileFile("an MP3 cut in the middle", .truncated) { try await $0.cut("a.mp3", keeping: 0.3) },
        HostileFile("an MP3 whose header promises years", .lyingHeader) { try await $0.lyingMP3(frames: 0x7fff_ffff) },
        HostileFile("an MP3 with a hole of zeros", .truncated) { try await $0.hole("a.mp3") },
        HostileFile("a WAV cut in the middle", .truncated) { try await $0.cut("a.wav", keeping: 0.5) },
        HostileFile("a FLAC cut in the middle", .truncated) { try await $0.cut("a.flac", keeping: 0.5) },
        HostileFile("an Ogg cut in the middle", .truncated) { try await $0.cut("a.ogg", keeping: 0.5) },
        HostileFile("an M4A cut before its index", .truncated) { try await $0.cut("a.m4a", keeping: 0.5) },
        HostileFile("an MP4 with video only", .noAudioTrack) {
            try await $0.ffmpeg(["-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-c:v", "mpeg4"], output: "v.mp4")
        },
        HostileFile("a codec that is not allowed in its container", .unsupportedFormat) {
            try await $0.tone(seconds: 1, ["-c:a", "ac3"], output: "a.mp4")
        },
    ]

    static let accepted: [HostileFile] = [
        HostileFile("an MP3 with cover art", nil) { bench in
            _ = try await bench.tone(seconds: 2, output: "a.mp3")
            _ = try await bench.ffmpeg(["-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1"], output: "p.png")
            return try await bench.ffmpeg(
                [
                    "-i",
                    "a.mp3",
                    "-i",
                    "p.png",
                    "-map",
                    "0",
                    "-map",
                    "1",
                    "-c",
                    "copy",
                    "-disposition:v",
                    "attached_pic",
                ],
                output: "cover.mp3"
            )
        },
        HostileFile("an MP4 named .mp3", nil) { bench in
            _ = try await bench.tone(seconds: 2, output: "a.m4a")
            return try bench.write(try bench.read(bench.root.appending("a.m4a")), to: "b.mp3")
        },
        HostileFile("a WAV with sizes of 0xffffffff", nil) { bench in
            var bytes = try bench.read(try await bench.tone(seconds: 2, ["-bitexact"], output: "a.wav"))
            for offset in Array(4..<8) + Array(40..<44) { bytes[offset] = 0xff }
            return try bench.write(bytes, to: "open.wav")
        },
        HostileFile("a file name that looks like an option", nil) { bench in
            try bench.write(try bench.read(try await bench.tone(seconds: 1, output: "a.mp3")), to: "-i %03d.mp3")
        },
        HostileFile("0.05 s of audio", nil) { try await $0.tone(seconds: 0.05, output: "a.wav") },
        HostileFile("0.05 s of MP3", nil) { try await $0.tone(seconds: 0.05, output: "a.mp3") },
        HostileFile("exactly 10.000 s", nil) { try await $0.tone(seconds: 10, output: "a.flac") },
        HostileFile("digital silence", nil) {
            try await $0.ffmpeg(["-f", "lavfi", "-i", "anullsrc", "-t", "2"], output: "a.flac")
        },
        HostileFile("an MP3 followed by foreign bytes", nil) { bench in
            let bytes = try bench.read(try await bench.tone(seconds: 2, output: "a.mp3"))
            return try bench.write(bytes + [UInt8](repeating: 0, count: 5_000), to: "b.mp3")
        },
    ]
}

extension Workbench {
    func cut(_ name: String, keeping share: Double) async throws -> FilePath {
        let bytes = try read(try await tone(seconds: 6, output: name))
        return try write(bytes.prefix(Int(Double(bytes.count) * share)), to: "cut-\(name)")
    }

    func hole(_ name: String) async throws -> FilePath {
        var bytes = try read(try await tone(seconds: 6, output: name))
        for offset in bytes.count / 3..<bytes.count / 2 { bytes[offset] = 0 }
        return try write(bytes, to: "hole-\(name)")
    }

    func lyingMP3(frames: UInt32) async throws -> FilePath {
        var bytes = try read(try await tone(seconds: 3, ["-q:a", "4"], output: "a.mp3"))
        let tag = try #require(bytes.firstRange(of: Array("Xing".utf8)) ?? bytes.firstRange(of: Array("Info".utf8)))
        for index in 0..<4 { bytes[tag.lowerBound + 8 + index] = UInt8(truncatingIfNeeded: frames >> (24 - 8 * index)) }
        return try write(bytes, to: "lying.mp3")
    }
}

/// A small reproducible generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
