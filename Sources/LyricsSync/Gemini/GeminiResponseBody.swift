/// The parts of a `generateContent` answer this module reads. Enum values are strings: unknown ones must not fail.
struct GeminiResponseBody: Decodable, Sendable {
    struct Candidate: Decodable, Sendable {
        let content: Content?
        let finishReason: String?
    }

    struct Content: Decodable, Sendable {
        let parts: [Part]?
    }

    struct Part: Decodable, Sendable {
        struct Anything: Decodable, Sendable {}

        let text: String?
        /// True for a summary of the model's thoughts, which is not the answer.
        let thought: Bool?
        let functionCall: Anything?
        let executableCode: Anything?
        let inlineData: Anything?

        var isSomethingElse: Bool { functionCall != nil || executableCode != nil || inlineData != nil }
    }

    struct PromptFeedback: Decodable, Sendable {
        let blockReason: String?
    }

    let candidates: [Candidate]?
    let promptFeedback: PromptFeedback?
}
