import AudioTranscoding
import SystemPackage

/// References to other files and hosts, archives, and headers that promise what is not there.
extension HostileFile {
    static let references: [HostileFile] = [
        text("a PLS playlist", .playlistRefused, "[playlist]\nFile1=http://127.0.0.1:1/x.mp3\nNumberOfEntries=1\n"),
        text(
            "an ASX playlist",
            .playlistRefused,
            "<ASX version=\"3\"><Entry><Ref href=\"file:///etc/passwd\"/></Entry>"
        ),
        text("an ASF reference", .playlistRefused, "[Reference]\nRef1=http://127.0.0.1:1/x.asf\n"),
        text("a SMIL presentation", .playlistRefused, "<smil><body><audio src=\"/etc/passwd\"/></body></smil>"),
        text("SAMI subtitles", .notAudio, "<SAMI><BODY><SYNC Start=0>x</SYNC></BODY></SAMI>"),
        text("a cue sheet", .notAudio, "FILE \"/etc/passwd\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"),
        text("a concat address", .notAudio, "concat:/etc/passwd|/etc/hostname"),
        text("a subfile address", .notAudio, "subfile,,start,0,end,999,,:/etc/passwd"),
        text("a data address", .notAudio, "data:audio/mpeg;base64,//uQxAAA"),
        text(
            "an HLS key that names a local file",
            .playlistRefused,
            "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"file:///etc/passwd\"\n"
        ),
        HostileFile("an MP4 whose data lie in another file", .noAudioTrack) {
            try $0.write(externalMP4, to: "song.mp3")
        },
    ]

    static let containers: [HostileFile] = [
        HostileFile("a ZIP archive", .notAudio) { try $0.write([0x50, 0x4B, 3, 4] + zeros(500), to: "song.mp3") },
        HostileFile("a gzip file", .notAudio) { try $0.write([0x1F, 0x8B, 8, 0] + zeros(500), to: "song.mp3") },
        HostileFile("a program", .notAudio) { try $0.write([0x7F, 0x45, 0x4C, 0x46] + zeros(500), to: "song.mp3") },
        HostileFile("a ZIP archive behind an ID3 tag", .notAudio) { bench in
            try bench.write("ID3".utf8 + [4, 0, 0, 0, 0, 0, 0, 0x50, 0x4B, 3, 4] + zeros(500), to: "song.mp3")
        },
        HostileFile("a web page in an ID3 tag and nothing else", .truncated) { bench in
            let page = Array("<script>alert(1)</script>".utf8)
            return try bench.write("ID3".utf8 + [4, 0, 0, 0, 0, 0, UInt8(page.count)] + page, to: "song.mp3")
        },
        HostileFile("a hundred thousand empty ID3 tags", .notAudio) { bench in
            let tag: [UInt8] = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 0]
            return try bench.write(Array(repeatElement(tag, count: 100_000).joined()), to: "song.mp3")
        },
        HostileFile("an ID3 tag that claims 256 MB", .truncated) { bench in
            try bench.write("ID3".utf8 + [4, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F] + zeros(100), to: "song.mp3")
        },
        HostileFile("a FLAC that promises two weeks", .tooLong) { bench in
            var bytes = try bench.read(try await bench.tone(seconds: 2, output: "a.flac"))
            for offset in 22..<26 { bytes[offset] = 0xFF }
            bytes[21] |= 0x0F
            return try bench.write(bytes, to: "long.flac")
        },
        HostileFile("a WAV without data", .truncated) { bench in
            try bench.write(try bench.read(try await bench.tone(seconds: 1, output: "a.wav")).prefix(36), to: "b.wav")
        },
        HostileFile("an Ogg page and nothing else", .truncated) { bench in
            try bench.write(try bench.read(try await bench.tone(seconds: 1, output: "a.ogg")).prefix(28), to: "b.ogg")
        },
        HostileFile("an MP4 box that claims four gigabytes", .noAudioTrack) { bench in
            try bench.write(
                [0, 0, 0, 16] + "ftypM4A ".utf8 + zeros(4) + [0xFF, 0xFF, 0xFF, 0xFF] + "moov".utf8,
                to: "b.m4a"
            )
        },
        HostileFile("an MP4 box of no size", .truncated) { bench in
            try bench.write(
                [0, 0, 0, 16] + "ftypM4A ".utf8 + zeros(4) + [0, 0, 0, 1] + "moov".utf8 + zeros(8),
                to: "b.m4a"
            )
        },
    ]

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// A `dref` box with a path, as QuickTime's external data references are written.
    private static var externalMP4: [UInt8] {
        let path = Array("file:///etc/passwd".utf8)
        let url = box("url ", zeros(4) + path)
        let reference = box("dref", zeros(4) + [0, 0, 0, 1] + url)
        let movie = box("moov", box("trak", box("mdia", box("minf", box("dinf", reference)))))
        return [0, 0, 0, 16] + Array("ftypM4A ".utf8) + zeros(4) + movie
    }

    private static func box(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let size = body.count + 8
        return [UInt8(size >> 24 & 0xFF), UInt8(size >> 16 & 0xFF), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF)]
            + Array(name.utf8) + body
    }
}
