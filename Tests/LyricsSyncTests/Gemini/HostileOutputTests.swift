import GeminiSimulator
import LyricsSync
import Testing

@Suite("Hostile model output")
struct HostileOutputTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        let name: String
        let answer: GeminiAnswer
        /// Part of the detail that proves why it was refused.
        let because: String
        var testDescription: String { name }

        init(_ name: String, _ answer: GeminiAnswer, because: String) {
            (self.name, self.answer, self.because) = (name, answer, because)
        }

        /// One line `{…}` inside an otherwise good answer.
        init(_ name: String, line: String, because: String) {
            let json = #"{"language":"en","instrumental":false,"lines":[\#(line)]}"#
            self.init(name, .text(json), because: because)
        }
    }

    static func line(_ start: Int, _ end: Int, _ text: String = "la la", words: String = "") -> String {
        #"{"startMs":\#(start),"endMs":\#(end),"text":"\#(text)","words":[\#(words)]}"#
    }

    static let texts: [Fixture] = [
        Fixture("script tag", line: line(0, 900, "<script>alert(1)</script>"), because: "markup"),
        Fixture("image tag", line: line(0, 900, "<img src=x onerror=y>"), because: "markup"),
        Fixture("address", line: line(0, 900, "see https://evil.example/x"), because: "markup"),
        Fixture("javascript address", line: line(0, 900, "javascript:alert(1)"), because: "markup"),
        Fixture("control character", line: line(0, 900, #"la\u0000la"#), because: "control-character"),
        Fixture("terminal escape", line: line(0, 900, #"\u001b[31mred"#), because: "control-character"),
        Fixture("right-to-left override", line: line(0, 900, #"\u202Eevil"#), because: "control-character"),
        Fixture("line break in a line", line: line(0, 900, #"one\ntwo"#), because: "control-character"),
        Fixture("empty text", line: line(0, 900, "  "), because: "empty-text"),
        Fixture("very long line", line: line(0, 900, String(repeating: "la", count: 400)), because: "text-too-long"),
        Fixture(
            "stacked combining marks",
            line: line(0, 900, "a" + String(repeating: "\u{0301}", count: 5_000)),
            because: "text-too-long"
        ),
    ]

    static let times: [Fixture] = [
        Fixture("negative time", line: line(-5, 900), because: "negative-time"),
        Fixture("ends before it starts", line: line(900, 100), because: "empty-interval"),
        Fixture("not monotonic", line: line(5_000, 6_000) + "," + line(1_000, 2_000), because: "not-monotonic"),
        Fixture("overlapping", line: line(0, 3_000) + "," + line(2_000, 4_000), because: "not-monotonic"),
        Fixture("past the end", line: line(19_000, 20_051), because: "past-the-end"),
        Fixture(
            "overflowing number",
            line: line(0, 1).replacing("1,", with: "99999999999999999999,"),
            because: "bad value"
        ),
        Fixture("fraction", line: line(0, 1).replacing("\"endMs\":1", with: "\"endMs\":1.5"), because: "bad value"),
        Fixture(
            "word outside its line",
            line: line(0, 900, words: #"{"startMs":800,"endMs":950,"text":"la"}"#),
            because: "word-outside-line"
        ),
        Fixture(
            "two words in one",
            line: line(0, 900, words: #"{"startMs":0,"endMs":950,"text":"la la"}"#),
            because: "white-space-in-word"
        ),
    ]

    static let shapes: [Fixture] = [
        Fixture("not JSON", .text("Sure! Here are the lyrics:"), because: "schema"),
        Fixture("fenced JSON", .text("```json\n{}\n```"), because: "schema"),
        Fixture("an array", .text("[]"), because: "schema"),
        Fixture("truncated", .text(#"{"language":"en","instrumental":false,"lines":[{"#), because: "schema"),
        Fixture(
            "extra key at the top",
            .text(#"{"language":"en","instrumental":true,"lines":[],"status":"PUBLISHED"}"#),
            because: ".status"
        ),
        Fixture(
            "extra key in a line",
            line: #"{"startMs":0,"endMs":9,"text":"a","words":[],"userId":7}"#,
            because: ".userId"
        ),
        Fixture("missing key", line: #"{"startMs":0,"text":"a","words":[]}"#, because: "endMs"),
        Fixture("wrong type", line: #"{"startMs":"0","endMs":9,"text":"a","words":[]}"#, because: "wrong type"),
        Fixture(
            "bad language",
            .text(#"{"language":"../../x","instrumental":false,"lines":[]}"#),
            because: "bad-language"
        ),
        Fixture("no lines", .text(#"{"language":"en","instrumental":false,"lines":[]}"#), because: "no-lines"),
        Fixture(
            "instrumental with lines",
            .text(#"{"language":"en","instrumental":true,"lines":[\#(line(0, 9))]}"#),
            because: "instrumental"
        ),
        Fixture(
            "too many lines",
            line: Array(repeating: line(0, 1), count: 1_001).joined(separator: ","),
            because: "too-many-lines"
        ),
        Fixture("deep nesting", .text(String(repeating: "[", count: 100_000)), because: "schema"),
    ]

    static let envelopes: [Fixture] = [
        Fixture("empty text", .text(""), because: "no text"),
        Fixture("no candidates", .http(200, body: "{}"), because: "no candidate"),
        Fixture("no parts", .candidate(parts: []), because: "no text"),
        Fixture("not an object", .http(200, body: "[1,2]"), because: "not a generateContent"),
        Fixture("empty body", .http(200, body: ""), because: "not a generateContent"),
        Fixture(
            "tool call",
            .candidate(parts: [.object(["functionCall": .object(["name": .string("publishTrack")])])]),
            because: "call"
        ),
        Fixture(
            "only thoughts",
            .candidate(parts: [.object(["text": .string("{}"), "thought": .bool(true)])]),
            because: "no text"
        ),
        Fixture("ten megabytes", .text(String(repeating: "la ", count: 3_500_000)), because: "larger than"),
        Fixture("five megabytes of text", .text(String(repeating: "la ", count: 1_700_000)), because: "too long"),
    ]

    @Test(
        "is refused as malformed-response with its reason",
        arguments: [texts, times, shapes, envelopes].flatMap { $0 }
    )
    func refused(_ fixture: Fixture) async throws {
        let error = try #require(try await withGemini(fixture.answer) { try await $0.error() })
        #expect(error.kind == .malformedResponse)
        #expect(error.maximumUsefulAttempts == 2)
        #expect(error.detail.contains(fixture.because), "\(error.detail)")
        #expect(!error.detail.contains("alert"))
        #expect(error.detail.count <= 400)
    }

    @Test("a time at most 50 ms past the end is rounded to the end")
    func rounding() async throws {
        let fixture = Fixture("", line: Self.line(19_000, 20_050), because: "")
        let outcome = try await withGemini(fixture.answer) { try await $0.provider().synchronize($0.request) }
        guard case .synced(let lyrics) = outcome else { return #expect(Bool(false), "expected lyrics") }
        #expect(lyrics.lines.map(\.endMs) == [20_000])
    }

    @Test("unknown fields of the envelope and thoughts beside the answer do no harm")
    func tolerated() async throws {
        let good = #"{"language":"en","instrumental":false,"lines":[\#(Self.line(0, 900))]}"#
        let parts: [JSONValue] = [
            .object(["text": .string("thinking about it"), "thought": .bool(true)]),
            .object(["text": .string(good), "brandNewField": .number(1)]),
        ]
        let outcome = try await withGemini(.candidate(parts: parts)) { try await $0.provider().synchronize($0.request) }
        guard case .synced = outcome else { return #expect(Bool(false), "expected lyrics") }
    }
}
