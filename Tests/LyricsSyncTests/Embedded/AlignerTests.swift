import FoundationEssentials
import LyricsSync
import Testing

@Suite("Embedded alignment", .timeLimit(.minutes(2)))
struct AlignerTests {
    static let lines = [
        "Walking down the silver road tonight,", "I don't know where it goes.", "Every window has a golden light,",
        "and every stranger knows!", "Take me home before the morning comes,", "I don't know where it goes.",
    ]

    static func request(_ song: SpokenSong, _ lyrics: String, language: String? = "english") -> LyricsRequest {
        LyricsRequest(
            title: "Silver Road",
            artist: "The Testers",
            language: language,
            artistLyrics: lyrics,
            durationMilliseconds: song.durationMs,
            audio: .file(song.path, mimeType: "audio/wav")
        )
    }

    static func lyrics(_ outcome: LyricsOutcome) throws -> SyncedLyrics {
        guard case .synced(let lyrics) = outcome else { throw SpokenSong.ToolMissing(description: "got \(outcome)") }
        return lyrics
    }

    static func errorsMs(_ lyrics: SyncedLyrics, _ song: SpokenSong) -> [Int] {
        zip(lyrics.lines, song.lineStartsMs).map { abs($0.startMs - $1) }.sorted()
    }

    @Test("line starts are within 150 ms of the truth, and the text is the artist's", arguments: [0.0, 0.05])
    func accuracy(backgroundLevel: Double) async throws {
        try SpokenSong.require("/usr/bin/pocketsphinx_continuous")
        try await withTemporaryDirectory { directory in
            let song = try await SpokenSong.speak(Self.lines, into: directory, backgroundLevel: backgroundLevel)
            let text = "[Verse 1]\n" + Self.lines.joined(separator: "\n\n")
            let lyrics = try Self.lyrics(
                try await EmbeddedLyricsProvider().synchronize(Self.request(song, text))
            )
            #expect(lyrics.source.provider == .aligner)
            #expect(lyrics.source.isDraft)
            #expect(lyrics.source.explanation.contains("all 6 lines"))
            #expect(lyrics.lines.map(\.text) == Self.lines)
            #expect(lyrics.lines.allSatisfy { $0.timing == .aligned })
            let errors = Self.errorsMs(lyrics, song)
            // The first line may swallow an intro that is not silent; the median does not care.
            #expect(errors[errors.count / 2] < 150, "line start errors: \(errors) ms")
            if backgroundLevel == 0 { #expect(try #require(errors.last) < 150, "line start errors: \(errors) ms") }
        }
    }

    @Test("made-up words, numbers and other scripts keep their place between their neighbours")
    func unknownWords() async throws {
        try SpokenSong.require("/usr/bin/pocketsphinx_continuous")
        try await withTemporaryDirectory { directory in
            let spoken = ["Walking with zanderflo tonight", "I have 42 silver coins", "Every stranger knows"]
            let song = try await SpokenSong.speak(spoken, into: directory)
            let shown = ["Walking with Zanderflo tonight", "I have 42 silver coins…", "Every stranger — 知 knows"]
            let lyrics = try Self.lyrics(
                try await EmbeddedLyricsProvider().synchronize(Self.request(song, shown.joined(separator: "\n")))
            )
            #expect(lyrics.source.provider == .aligner)
            #expect(lyrics.lines.map(\.text) == shown)
            #expect(lyrics.lines.map { $0.words.count } == [4, 5, 5])
            #expect(Self.errorsMs(lyrics, song).allSatisfy { $0 < 150 })
        }
    }

    @Test("a line that is not sung is estimated, the others are still heard")
    func absentLine() async throws {
        try SpokenSong.require("/usr/bin/pocketsphinx_continuous")
        try await withTemporaryDirectory { directory in
            let song = try await SpokenSong.speak([Self.lines[0], Self.lines[2], Self.lines[3]], into: directory)
            let provider = EmbeddedLyricsProvider()
            let text = Self.lines[0...3].joined(separator: "\n")
            let lyrics = try Self.lyrics(try await provider.synchronize(Self.request(song, text)))
            #expect(lyrics.lines.map(\.text) == Array(Self.lines[0...3]))
            #expect(abs(lyrics.lines[0].startMs - song.lineStartsMs[0]) < 150)
            #expect(abs(lyrics.lines[3].startMs - song.lineStartsMs[2]) < 150)
        }
    }

    @Test("words that are not in the audio are not believed")
    func wrongLyrics() async throws {
        try SpokenSong.require("/usr/bin/pocketsphinx_continuous")
        try await withTemporaryDirectory { directory in
            let song = try await SpokenSong.speak(Array(Self.lines.prefix(3)), into: directory)
            let wrong = Array(repeating: "Computers calculate enormous mathematical hypotheses constantly", count: 8)
            let request = Self.request(song, wrong.joined(separator: "\n"))
            let lyrics = try Self.lyrics(try await EmbeddedLyricsProvider().synchronize(request))
            #expect(lyrics.source.provider == .proportional)
            #expect(lyrics.lines.allSatisfy { $0.timing == .estimated })
        }
    }
}
