/// What a client sent to the simulator.
public struct RecordedRequest: Sendable {
    /// The path, for example `/v1beta/models/gemini-3-flash-preview:generateContent`.
    public let path: String
    /// The body as JSON; `null` when it was not JSON.
    public let body: JSONValue

    /// The parts of the first content.
    public var parts: [JSONValue] {
        if case .array(let parts) = body["contents"]?[0]?["parts"] { parts } else { [] }
    }

    /// The address in the first `fileData` part.
    public var fileURI: String? { parts.lazy.compactMap { $0["fileData"]?["fileUri"]?.string }.first }

    /// The base64 text in the first `inlineData` part.
    public var inlineBase64: String? { parts.lazy.compactMap { $0["inlineData"]?["data"]?.string }.first }

    /// All text of the user's parts.
    public var promptText: String { parts.compactMap { $0["text"]?.string }.joined(separator: "\n") }
}
