import FoundationEssentials

/// One scripted answer of the simulator.
public struct GeminiAnswer: Sendable {
    enum Form: Sendable {
        case response(status: Int, contentType: String, headers: [String: String], body: String)
        case computed(@Sendable (RecordedRequest) -> GeminiAnswer)
        case cutConnection
    }

    let form: Form
    /// How long the simulator waits before it answers.
    public var delay = Duration.zero

    init(_ form: Form) {
        self.form = form
    }

    /// Any HTTP answer.
    public static func http(
        _ status: Int,
        body: String,
        contentType: String = "application/json; charset=UTF-8",
        headers: [String: String] = [:]
    ) -> GeminiAnswer {
        GeminiAnswer(.response(status: status, contentType: contentType, headers: headers, body: body))
    }

    /// An answer that depends on the request.
    public static func computed(_ answer: @escaping @Sendable (RecordedRequest) -> GeminiAnswer) -> GeminiAnswer {
        GeminiAnswer(.computed(answer))
    }

    /// The head of an answer, then a closed connection.
    public static let cutConnection = GeminiAnswer(.cutConnection)

    /// The same answer, later.
    public func delayed(by delay: Duration) -> GeminiAnswer {
        var answer = self
        answer.delay = delay
        return answer
    }

    /// A 200 answer whose only candidate wrote `text`.
    public static func text(_ text: String, finishReason: String = "STOP") -> GeminiAnswer {
        candidate(parts: [.object(["text": .string(text), "thoughtSignature": .string("c2ln")])], finishReason)
    }

    /// A 200 answer with these parts in its only candidate.
    public static func candidate(parts: [JSONValue], _ finishReason: String = "STOP") -> GeminiAnswer {
        let content = JSONValue.object(["parts": .array(parts), "role": .string("model")])
        let candidate = JSONValue.object([
            "content": content, "finishReason": .string(finishReason), "index": .number(0),
        ])
        return ok(["candidates": .array([candidate])])
    }

    /// A candidate that stopped without text, as with `RECITATION`.
    public static func stopped(_ finishReason: String) -> GeminiAnswer {
        ok(["candidates": .array([.object(["finishReason": .string(finishReason), "index": .number(0)])])])
    }

    /// A blocked prompt: no candidates.
    public static func blocked(_ reason: String) -> GeminiAnswer {
        ok(["promptFeedback": .object(["blockReason": .string(reason)])])
    }

    /// A good answer: the lines spread evenly over the audio, words in equal parts.
    public static func lyrics(_ lines: [String], language: String = "en", durationMs: Int) -> GeminiAnswer {
        let step = durationMs / max(1, lines.count)
        let timed = lines.enumerated().map { index, line in
            let words = line.split(separator: " ")
            let wordStep = step / max(1, words.count)
            return interval(
                line,
                from: index * step,
                to: index * step + wordStep * words.count,
                [
                    "words": .array(
                        words.enumerated().map { offset, word in
                            let start = index * step + offset * wordStep
                            return interval(String(word), from: start, to: start + wordStep)
                        }
                    )
                ]
            )
        }
        let answer: [String: JSONValue] = [
            "language": .string(language), "instrumental": .bool(lines.isEmpty), "lines": .array(timed),
        ]
        return text(json(.object(answer)))
    }

    /// For demonstrations: answers with the lyrics found in the request's track data, or with "instrumental".
    public static let artistLyricsFromRequest = GeminiAnswer.computed { request in
        let start = request.promptText.firstIndex(of: "{") ?? request.promptText.endIndex
        let data = try? JSONDecoder().decode(JSONValue.self, from: Data(request.promptText[start...].utf8))
        let lines = (data?["artistLyrics"]?.string ?? "").split(separator: "\n").map(String.init)
        guard case .number(let duration) = data?["durationMs"] else { return .lyrics([], durationMs: 1) }
        return .lyrics(lines, language: "en", durationMs: Int(duration))
    }

    private static func interval(
        _ text: String,
        from start: Int,
        to end: Int,
        _ more: [String: JSONValue] = [:]
    ) -> JSONValue {
        let own: [String: JSONValue] = [
            "text": .string(text), "startMs": .number(Double(start)), "endMs": .number(Double(end)),
        ]
        return .object(own.merging(more) { first, _ in first })
    }

    private static func ok(_ members: [String: JSONValue]) -> GeminiAnswer {
        let usage: [String: JSONValue] = ["promptTokenCount": .number(700), "totalTokenCount": .number(900)]
        let common: [String: JSONValue] = [
            "usageMetadata": .object(usage), "modelVersion": .string("gemini-3-flash-preview"),
            "responseId": .string("simulated"),
        ]
        return .http(200, body: json(.object(members.merging(common) { first, _ in first })))
    }

    static func json(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
