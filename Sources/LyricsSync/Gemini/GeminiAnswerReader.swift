import FoundationEssentials

/// Turns a 200 answer into an outcome: the model's output is data, checked like any user's input.
struct GeminiAnswerReader: Sendable {
    let model: String
    let malformedAttemptsMax: Int
    let filter: SecretFilter
    let durationMilliseconds: Int

    /// Lyrics need far less; what is longer is not decoded.
    static let textBytesMax = 4 * 1_024 * 1_024

    func outcome(of body: Data) throws -> LyricsOutcome {
        guard let response = try? JSONDecoder().decode(GeminiResponseBody.self, from: body) else {
            throw unreadable(body)
        }
        if let reason = response.promptFeedback?.blockReason, reason != "BLOCK_REASON_UNSPECIFIED" {
            throw GeminiError(.contentRefused, "the prompt was blocked with \(filter.clean(reason))", httpStatus: 200)
        }
        guard let candidate = response.candidates?.first else { throw malformed("there is no candidate") }
        try check(finishReason: candidate.finishReason)
        return try lyrics(from: try text(of: candidate))
    }

    private func unreadable(_ body: Data) -> GeminiError {
        // A page from a proxy is an outage, whatever its status says.
        let start = String(decoding: body.prefix(200), as: UTF8.self).drop { $0.isWhitespace }
        if start.first == "<" {
            return GeminiError(.unavailable, "expected JSON, got a page of markup", httpStatus: 200)
        }
        return malformed("the answer is not a generateContent response")
    }

    private func check(finishReason: String?) throws {
        guard let reason = finishReason, reason != "STOP", reason != "FINISH_REASON_UNSPECIFIED" else { return }
        let cleaned = filter.clean(reason)
        if Self.refusals.contains(reason) {
            throw GeminiError(.contentRefused, "the model stopped with \(cleaned)", httpStatus: 200)
        }
        throw malformed("the model stopped with \(cleaned)")
    }

    /// Stops that the same audio will cause again. Everything else, also what is not known yet, may be luck.
    private static let refusals: Set<String> = [
        "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "ESCALATION",
        "PUP_LIMITED_DISABLED",
    ]

    private func text(of candidate: GeminiResponseBody.Candidate) throws -> String {
        let parts = candidate.content?.parts ?? []
        guard !parts.contains(where: \.isSomethingElse) else {
            throw malformed("it holds a call or data, not only text")
        }
        let text = parts.filter { $0.thought != true }.compactMap(\.text).joined()
        guard !text.isEmpty else { throw malformed("it holds no text") }
        guard text.utf8.count <= Self.textBytesMax else { throw malformed("its text is too long") }
        return text
    }

    private func lyrics(from text: String) throws -> LyricsOutcome {
        let answer: ModelLyrics
        do {
            answer = try JSONDecoder().decode(ModelLyrics.self, from: Data(text.utf8))
        } catch {
            throw malformed("its text does not match the schema: \(Self.summary(of: error))")
        }
        if answer.instrumental {
            guard answer.lines.isEmpty else { throw malformed("it says instrumental and gives lines") }
            return .noLyrics(reason: "the transcription service heard no words")
        }
        let validator = LyricsValidator(durationMilliseconds: durationMilliseconds, refusesMarkup: true)
        switch validator.validate(answer.synced(model: model)) {
        case .success(let lyrics): return .synced(lyrics)
        case .failure(let problems): throw malformed("\(problems)")
        }
    }

    /// Names the place and the kind, never the text: it was written by the model.
    private static func summary(of error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let names = path.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue.prefix(40))" }
            return names.isEmpty ? "the top level" : names.joined()
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): return "missing \(key.stringValue) at \(place(context.codingPath))"
        case .typeMismatch(_, let context): return "wrong type at \(place(context.codingPath))"
        case .valueNotFound(_, let context): return "null at \(place(context.codingPath))"
        case .dataCorrupted(let context): return "bad value or additional key at \(place(context.codingPath))"
        default: return "not JSON"
        }
    }

    func malformed(_ detail: String) -> GeminiError {
        GeminiError(
            .malformedResponse,
            filter.clean("the answer was refused: \(detail)"),
            httpStatus: 200,
            maximumUsefulAttempts: malformedAttemptsMax
        )
    }
}
