import FoundationEssentials
import LyricsSync
import Testing

@Suite("Estimated lyrics", .timeLimit(.minutes(2)))
struct EstimateTests {
    static let lines = ["Walking down the silver road", "I don't know where it goes", "Home"]

    @Test("without the aligner lines are spread between the first and last sound and say so")
    func missingAligner() async throws {
        try await withTemporaryDirectory { directory in
            let song = try await SpokenSong.speak(Self.lines, into: directory)
            var toolchain = EmbeddedToolchain()
            toolchain.pocketsphinx = directory + "/no-such-program"
            let request = AlignerTests.request(song, Self.lines.joined(separator: "\n"))
            let lyrics = try AlignerTests.lyrics(
                try await EmbeddedLyricsProvider(toolchain: toolchain).synchronize(request)
            )
            #expect(lyrics.source.provider == .proportional)
            #expect(lyrics.source.explanation.contains("no-such-program is not installed"))
            #expect(lyrics.lines.map(\.text) == Self.lines)
            #expect(lyrics.lines.allSatisfy { $0.timing == .estimated })
            let first = try #require(lyrics.lines.first).startMs
            let last = try #require(lyrics.lines.last).endMs
            #expect(abs(first - song.lineStartsMs[0]) <= 60)
            #expect((song.lineStartsMs[2]...song.durationMs - 400).contains(last))
        }
    }

    @Test("other languages are estimated, never forced into English", arguments: ["japanese", "de", "pt-BR"])
    func otherLanguage(_ language: String) async throws {
        try await withTemporaryDirectory { directory in
            let song = try await SpokenSong.speak(Self.lines, into: directory)
            let request = AlignerTests.request(song, Self.lines.joined(separator: "\n"), language: language)
            let lyrics = try AlignerTests.lyrics(try await EmbeddedLyricsProvider().synchronize(request))
            #expect(lyrics.source.provider == .proportional)
            #expect(lyrics.source.explanation.contains("only knows English"))
            #expect(lyrics.language != "en")
        }
    }

    @Test(
        "audio that cannot be decoded still gives an estimate over the whole length",
        arguments: [
            "audio/mpeg", "audio/flac", "text/plain",
        ]
    )
    func undecodable(_ mimeType: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/track.bin"
            try Data("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n".utf8).write(to: URL(filePath: path))
            let request = LyricsRequest(
                title: "T",
                artist: "A",
                artistLyrics: "one two\nthree",
                durationMilliseconds: 9_000,
                audio: .file(path, mimeType: mimeType)
            )
            let lyrics = try AlignerTests.lyrics(try await EmbeddedLyricsProvider().synchronize(request))
            #expect(lyrics.lines.map(\.startMs) == [0, 5_250])
            #expect(lyrics.lines.map(\.endMs) == [5_250, 9_000])
            #expect(lyrics.source.explanation.contains("ffmpeg"))
            #expect(!lyrics.source.explanation.contains(directory))
        }
    }

    @Test("no lyrics give no lyrics", arguments: [nil, "", " \n\t\n", "[Chorus]\n[Verse 2]", "…\n—"])
    func nothing(_ text: String?) async throws {
        let request = LyricsRequest(
            title: "T",
            artist: "A",
            artistLyrics: text,
            durationMilliseconds: 9_000,
            audio: .file("/no/such/file", mimeType: "audio/mpeg")
        )
        let outcome = try await EmbeddedLyricsProvider().synchronize(request)
        #expect(outcome == .noLyrics(reason: "the artist gave no lyrics and no transcription service is configured"))
    }

    @Test(
        "lyrics that cannot be stored are refused with the reason",
        arguments: [
            (String(repeating: "la\n", count: 1_001), "too-many-lines"),
            (String(repeating: "x", count: 600), "text-too-long"), ("one\u{202E}two", "control-character"),
        ]
    )
    func unusable(_ text: String, _ rule: String) async throws {
        let request = LyricsRequest(
            title: "T",
            artist: "A",
            language: "german",
            artistLyrics: text,
            durationMilliseconds: 90_000,
            audio: .file("/no/such/file", mimeType: "audio/mpeg")
        )
        guard case .noLyrics(let reason) = try await EmbeddedLyricsProvider().synchronize(request) else {
            return #expect(Bool(false), "expected a refusal")
        }
        #expect(reason.contains(rule))
    }

    @Test("a track too short for its words has no lyrics", arguments: [0, 3])
    func tooShort(_ duration: Int) async throws {
        let request = LyricsRequest(
            title: "T",
            artist: "A",
            artistLyrics: "one two\nthree four",
            durationMilliseconds: duration,
            audio: .file("/no/such/file", mimeType: "audio/mpeg")
        )
        let outcome = try await EmbeddedLyricsProvider().synchronize(request)
        #expect(outcome == .noLyrics(reason: "the audio is too short for the artist's lyrics"))
    }
}
