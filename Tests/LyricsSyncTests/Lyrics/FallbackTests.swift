import GeminiSimulator
import LyricsSync
import Testing

@Suite("Fallback to the artist's lyrics")
struct FallbackTests {
    static func synchronize(
        _ answer: GeminiAnswer,
        attempt: Int = 1,
        lyrics: String? = "one two\nthree"
    ) async throws
        -> LyricsOutcome
    {
        try await withGemini(answer) { gemini in
            var request = gemini.request
            (request.attempt, request.artistLyrics) = (attempt, lyrics)
            let provider = FallbackLyricsProvider(primary: gemini.provider(), fallback: EmbeddedLyricsProvider())
            return try await provider.synchronize(request)
        }
    }

    @Test(
        "content refused for good gives the artist's lyrics and says why",
        arguments: [
            GeminiAnswer.stopped("RECITATION"), .stopped("SAFETY"), .blocked("PROHIBITED_CONTENT"),
            .error(400, "INVALID_ARGUMENT", "Unable to process input audio."),
        ]
    )
    func refused(_ answer: GeminiAnswer) async throws {
        let lyrics = try AlignerTests.lyrics(try await Self.synchronize(answer))
        #expect(lyrics.lines.map(\.text) == ["one two", "three"])
        #expect(lyrics.source.provider == .proportional)
        #expect(lyrics.source.explanation.hasPrefix("The artist's own lyrics, because the model gave none ("))
    }

    @Test("malformed answers are thrown on the first attempt and replaced on the second")
    func malformed() async throws {
        let nonsense = GeminiAnswer.text("nonsense")
        await #expect(throws: GeminiError.self) { try await Self.synchronize(nonsense) }
        let lyrics = try AlignerTests.lyrics(try await Self.synchronize(nonsense, attempt: 2))
        #expect(lyrics.source.explanation.contains("malformed-response"))
    }

    @Test(
        "errors for the retry policy or an operator are thrown at any attempt",
        arguments: [
            GeminiAnswer.html(503), .rateLimited(retryDelay: "22s", quotaId: "PerDay"), .invalidKey, .unregistered,
            .modelNotFound("gone"),
        ],
        [1, 50]
    )
    func thrown(_ answer: GeminiAnswer, _ attempt: Int) async throws {
        await #expect(throws: GeminiError.self) { try await Self.synchronize(answer, attempt: attempt) }
    }

    @Test("refused content without the artist's lyrics gives none and says both reasons")
    func nothing() async throws {
        let outcome = try await Self.synchronize(.stopped("RECITATION"), lyrics: nil)
        let reason = "the artist gave no lyrics and the model gave none (content-refused)"
        #expect(outcome == .noLyrics(reason: reason))
    }

    @Test("a model that hears no words does not discard the artist's lyrics")
    func heardNothing() async throws {
        let lyrics = try AlignerTests.lyrics(try await Self.synchronize(.lyrics([], durationMs: 1)))
        #expect(lyrics.lines.map(\.text) == ["one two", "three"])
        #expect(lyrics.source.explanation.contains("heard no words"))
    }

    @Test("a good answer of the model is used as it is")
    func good() async throws {
        let lyrics = try AlignerTests.lyrics(
            try await Self.synchronize(.lyrics(["a model's line"], durationMs: 20_000))
        )
        #expect(lyrics.source.provider == .gemini)
    }
}
