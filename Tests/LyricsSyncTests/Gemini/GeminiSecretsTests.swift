import GeminiSimulator
import LyricsSync
import Testing

@Suite("Secrets of the Gemini provider")
struct GeminiSecretsTests {
    @Test(
        "a service that echoes key and address does not get them into the error",
        arguments: [400, 403, 404, 429, 503]
    )
    func echoedSecrets(_ status: Int) async throws {
        let url = "https://bucket.s3.amazonaws.com/a.mp3?X-Amz-Signature=cafe"
        let message = "key \(GeminiFixture.key) may not read \(url)\u{1B}[31m and AIzaOTHER"
        let answer = GeminiAnswer.error(status, "INVALID_ARGUMENT", message)
        let error = try await withGemini(answer) { gemini in
            var request = gemini.request
            request.audio.presignedURL = url
            return try await gemini.error(request) { $0.audioDelivery = .inlineOnly }
        }
        let shown = "\(try #require(error))" + String(reflecting: error)
        for secret in [GeminiFixture.key, "AIza", "cafe", "s3.amazonaws.com", "\u{1B}"] {
            #expect(!shown.contains(secret))
        }
        #expect(shown.contains("<redacted>"))
    }

    @Test("neither the key nor a configuration shows the key")
    func descriptions() {
        let key = GeminiAPIKey(" \(GeminiFixture.key)\n")
        let configuration = GeminiConfiguration(apiKey: key)
        var dumped = ""
        dump(configuration, to: &dumped)
        for shown in ["\(key)", String(reflecting: key), "\(configuration)", dumped] {
            #expect(!shown.contains(GeminiFixture.key))
        }
        #expect(key == GeminiAPIKey(GeminiFixture.key))
    }

    @Test("without a key nothing is sent")
    func noKey() async throws {
        try await withGemini(.html(200)) { gemini in
            let error = try await gemini.error { $0.apiKey = GeminiAPIKey(" ") }
            #expect(error?.kind == .invalidAPIKey)
            #expect(gemini.simulator.requests.isEmpty)
        }
    }

    @Test("a wrong key is refused by the simulator as the service does")
    func wrongKey() async throws {
        let error = try await withGemini(.html(200)) { gemini in
            try await gemini.error { $0.apiKey = GeminiAPIKey("AIza-wrong") }
        }
        #expect(error?.kind == .invalidAPIKey)
        #expect(error?.pausesOperator == true)
    }
}
