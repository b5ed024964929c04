/// The JSON body of `models.generateContent`, only with the fields this module sends.
///
/// Field names as in the REST reference (<https://ai.google.dev/api/generate-content>). No temperature: deprecated
/// for the Gemini 3 family. No tools: what a user wrote must not be able to call anything.
struct GeminiRequestBody: Encodable, Sendable {
    struct Content: Encodable, Sendable {
        var role: String?
        let parts: [Part]
    }

    struct Part: Encodable, Sendable {
        struct FileData: Encodable, Sendable {
            let mimeType: String
            let fileUri: String
        }

        struct InlineData: Encodable, Sendable {
            let mimeType: String
            let data: String
        }

        var text: String?
        var fileData: FileData?
        var inlineData: InlineData?
    }

    struct GenerationConfig: Encodable, Sendable {
        struct ThinkingConfig: Encodable, Sendable {
            let thinkingLevel: String
        }

        let responseMimeType: String
        let responseJsonSchema: JSONSchema
        let thinkingConfig: ThinkingConfig
        let maxOutputTokens: Int
    }

    let contents: [Content]
    let systemInstruction: Content
    let generationConfig: GenerationConfig
}
