import GeminiSimulator
import LyricsSync
import Testing

@Suite("Gemini errors", .timeLimit(.minutes(1)))
struct GeminiErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let answer: GeminiAnswer
        let kind: GeminiError.Kind
        var retryable = false
        var pauses = false
        var retryAfter: Duration?
        var attempts: Int?
        var testDescription: String { name }
    }

    static let perMinute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
    static let perDay = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"

    static let outages: [Row] =
        [(408, "CANCELLED"), (500, "INTERNAL"), (502, "INTERNAL"), (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED")].map
    {
        Row(name: "\($0) \($1)", answer: .error($0, $1, "later"), kind: .unavailable, retryable: true)
    } + [
        Row(name: "HTML 502", answer: .html(502), kind: .unavailable, retryable: true),
        Row(name: "HTML 200", answer: .html(200), kind: .unavailable, retryable: true),
        Row(name: "HTML 400", answer: .html(400), kind: .unavailable, retryable: true),
        Row(
            name: "503 in an array",
            answer: .error(503, "UNAVAILABLE", "later", inArray: true),
            kind: .unavailable,
            retryable: true
        ),
        Row(
            name: "503 with retry-after",
            answer: .http(503, body: "{}", headers: ["retry-after": "7"]),
            kind: .unavailable,
            retryable: true,
            retryAfter: .seconds(7)
        ),
        Row(name: "connection cut", answer: .cutConnection, kind: .transport, retryable: true),
    ]

    static let quotas: [Row] = [
        Row(
            name: "429 with 22s",
            answer: .rateLimited(retryDelay: "22s", quotaId: perMinute),
            kind: .rateLimited,
            retryable: true,
            retryAfter: .seconds(22)
        ),
        Row(
            name: "429 with 1.5s",
            answer: .rateLimited(retryDelay: "1.5s", quotaId: perMinute),
            kind: .rateLimited,
            retryable: true,
            retryAfter: .milliseconds(1_500)
        ),
        Row(
            name: "429 with a bad delay",
            answer: .rateLimited(retryDelay: "-3s", quotaId: perMinute),
            kind: .rateLimited,
            retryable: true
        ),
        Row(
            name: "429 without details",
            answer: .error(429, "RESOURCE_EXHAUSTED", "slow down"),
            kind: .rateLimited,
            retryable: true
        ),
        Row(
            name: "429 per day",
            answer: .rateLimited(retryDelay: "22s", quotaId: perDay),
            kind: .dailyQuotaExhausted,
            retryable: true,
            retryAfter: .seconds(3_600)
        ),
    ]

    static let refusals: [Row] =
        ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "LANGUAGE"].map {
            Row(name: $0, answer: .stopped($0), kind: .contentRefused)
        }
        + ["PROHIBITED_CONTENT", "SAFETY", "SOME_FUTURE_REASON"].map {
            Row(name: "blocked \($0)", answer: .blocked($0), kind: .contentRefused)
        }

    static let operators: [Row] = [
        Row(name: "bad key", answer: .invalidKey, kind: .invalidAPIKey, pauses: true),
        Row(name: "401", answer: .error(401, "UNAUTHENTICATED", "no"), kind: .invalidAPIKey, pauses: true),
        Row(name: "403", answer: .unregistered, kind: .permissionDenied, pauses: true),
        Row(name: "403 in HTML", answer: .html(403), kind: .permissionDenied, pauses: true),
        Row(name: "404", answer: .modelNotFound("gone"), kind: .modelNotFound, pauses: true),
        Row(
            name: "precondition",
            answer: .error(400, "FAILED_PRECONDITION", "enable billing"),
            kind: .failedPrecondition,
            pauses: true
        ),
        Row(
            name: "redirect",
            answer: .http(302, body: "", headers: ["location": "http://127.0.0.1:9/"]),
            kind: .wrongEndpoint,
            pauses: true
        ),
    ]

    static let others: [Row] = [
        Row(name: "other 400", answer: .error(400, "INVALID_ARGUMENT", "bad audio"), kind: .invalidRequest),
        Row(name: "unknown status name", answer: .error(400, "BRAND_NEW", "what"), kind: .invalidRequest),
        Row(name: "413", answer: .error(413, "INVALID_ARGUMENT", "too big"), kind: .invalidRequest),
        Row(
            name: "cannot fetch",
            answer: .cannotFetch,
            kind: .audioNotFetched,
            retryable: true,
            attempts: 3
        ),
    ]

    @Test(
        "every row of the error table has its kind, retry rule and pause rule",
        arguments: [outages, quotas, refusals, operators, others].flatMap { $0 }
    )
    func table(_ row: Row) async throws {
        let error = try #require(try await withGemini(row.answer) { try await $0.error() })
        #expect(error.kind == row.kind)
        #expect(error.isRetryable == row.retryable)
        #expect(error.pausesOperator == row.pauses)
        #expect(error.retryAfter == row.retryAfter)
        #expect(error.maximumUsefulAttempts == row.attempts)
        #expect(error.countsAsAttempt == (row.kind != .dailyQuotaExhausted))
    }

    @Test(
        "answers that only luck mends are retried once",
        arguments: [
            "MAX_TOKENS", "MALFORMED_RESPONSE", "OTHER", "UNEXPECTED_TOOL_CALL", "A_FUTURE_REASON",
        ]
    )
    func luck(_ reason: String) async throws {
        let error = try #require(try await withGemini(.text("{\"lang", finishReason: reason)) { try await $0.error() })
        #expect(error.code == "malformed-response")
        #expect(error.isRetryable)
        #expect(error.maximumUsefulAttempts == 2)
        #expect(!error.isFinal(atAttempt: 1))
        #expect(error.isFinal(atAttempt: 2))
    }

    @Test("a service that does not listen is a transport error")
    func refusedConnection() async throws {
        let error = try await withGemini(.html(200)) { try await $0.error(nil) { $0.baseURL = "http://127.0.0.1:9" } }
        #expect(error?.kind == .transport)
    }

    @Test("an answer later than the time limit is a transport error")
    func slow() async throws {
        let answer = GeminiAnswer.lyrics(["hello there"], durationMs: 20_000).delayed(by: .seconds(30))
        let error = try await withGemini(answer) { try await $0.error(nil) { $0.timeLimit = .milliseconds(200) } }
        #expect(error?.kind == .transport)
    }

    @Test("cancelling the call throws CancellationError, not an error of the service")
    func cancellation() async throws {
        let answer = GeminiAnswer.lyrics(["hello there"], durationMs: 20_000).delayed(by: .seconds(30))
        try await withGemini(answer) { gemini in
            let call = Task { try await gemini.provider().synchronize(gemini.request) }
            while gemini.simulator.requests.isEmpty { await Task.yield() }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
    }
}
