import LyricsSync
import Testing

@Suite("Refining a model's times")
struct RefiningTests {
    private struct Fixed: LyricsProvider {
        let outcome: LyricsOutcome
        func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome { outcome }
    }

    /// Answers with lines for exactly the text it is given.
    private struct Aligner: LyricsProvider {
        let lines: [LyricsLine]

        func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome {
            #expect(request.artistLyrics == "one\ntwo\nthree")
            let source = LyricsSource(provider: .aligner, explanation: "Aligned.")
            return .synced(SyncedLyrics(language: "en", source: source, lines: lines))
        }
    }

    private static func line(_ start: Int, _ end: Int, _ text: String, _ timing: LyricsLine.Timing) -> LyricsLine {
        LyricsLine(startMs: start, endMs: end, text: text, timing: timing)
    }

    private static let model = [
        line(0, 2_000, "one", .model), line(2_000, 4_000, "two", .model), line(4_000, 6_000, "three", .model),
    ]

    private func refined(_ heard: [LyricsLine], language: String = "en") async throws -> SyncedLyrics {
        let source = LyricsSource(provider: .gemini, model: "m", explanation: "Written by m.")
        let written = SyncedLyrics(language: language, source: source, lines: Self.model)
        let provider = RefiningLyricsProvider(
            writer: Fixed(outcome: .synced(written)),
            aligner: Aligner(lines: heard)
        )
        let request = LyricsRequest(
            title: "Song",
            artist: "Ada",
            durationMilliseconds: 10_000,
            audio: .file("/dev/null", mimeType: "audio/mpeg")
        )
        guard case .synced(let lyrics) = try await provider.synchronize(request) else {
            throw SpokenSong.ToolMissing(description: "expected lyrics")
        }
        return lyrics
    }

    @Test("heard lines take the aligner's times, the others keep the model's, cut to what is left")
    func merges() async throws {
        let lyrics = try await refined([
            Self.line(500, 2_500, "one", .aligned), Self.line(2_500, 3_000, "two", .estimated),
            Self.line(3_500, 7_000, "three", .aligned),
        ])
        #expect(lyrics.lines.map(\.startMs) == [500, 2_500, 3_500])
        #expect(lyrics.lines.map(\.endMs) == [2_500, 3_500, 7_000])
        #expect(lyrics.lines.map(\.timing) == [.aligned, .model, .aligned])
        #expect(lyrics.lines.map(\.text) == ["one", "two", "three"])
        #expect(lyrics.source.provider == .gemini)
        #expect(lyrics.source.explanation.hasSuffix("The aligner heard 2 of 3 lines; their times are its own."))
    }

    @Test("a line that is left no time takes the aligner's estimate")
    func nothingLeft() async throws {
        let lyrics = try await refined([
            Self.line(500, 4_500, "one", .aligned), Self.line(4_500, 5_000, "two", .estimated),
            Self.line(5_000, 7_000, "three", .aligned),
        ])
        #expect(lyrics.lines.map(\.timing) == [.aligned, .estimated, .aligned])
        #expect(lyrics.lines[1].startMs == 4_500)
    }

    @Test("nothing heard, other text, another language or times past the end leave the model's as they are")
    func kept() async throws {
        let nothing = Self.model.map { Self.line($0.startMs, $0.endMs, $0.text, .estimated) }
        let other = ["uno", "dos", "tres"].map { Self.line(0, 9, $0, .aligned) }
        let late = [
            Self.line(0, 900, "one", .aligned), Self.line(900, 950, "two", .aligned),
            Self.line(950, 11_000, "three", .aligned),
        ]
        for heard in [nothing, other, late] { #expect(try await refined(heard).lines == Self.model) }
        #expect(try await refined(late, language: "es").lines == Self.model)
    }
}
