import FoundationEssentials

/// Which fields a `generateContent` request may have, as the real service's JSON parser enforces them.
///
/// Field lists from the public REST reference (<https://ai.google.dev/api/generate-content>); only messages that
/// matter for audio in, JSON out are checked inside.
struct RequestRules: Sendable {
    /// Returns the message of the first violation, or nil.
    func violation(in body: JSONValue) -> String? {
        if let unknown = unknownField(in: body, message: "request", path: "") { return unknown }
        guard case .array(let contents) = body["contents"], !contents.isEmpty else {
            return "* GenerateContentRequest.contents: contents is not specified\n"
        }
        let config = body["generationConfig"]
        if config?["responseSchema"] != nil, config?["responseJsonSchema"] != nil {
            return "Only one of response_schema and response_json_schema can be set."
        }
        return contents.lazy.compactMap(partViolation).first
    }

    private func partViolation(in content: JSONValue) -> String? {
        guard case .array(let parts) = content["parts"], !parts.isEmpty else {
            return "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n"
        }
        for part in parts {
            let data = ["text", "fileData", "inlineData"].filter { part[$0] != nil }
            guard data.count == 1 else {
                return
                    "* GenerateContentRequest.contents[0].parts[0].data: oneof field 'data' must have one value\n"
            }
            let blob = part["inlineData"] ?? part["fileData"]
            if let type = blob?["mimeType"]?.string, !Self.audioTypes.contains(type) {
                return "Unsupported MIME type: \(type)"
            }
            if let base64 = part["inlineData"]?["data"]?.string, Data(base64Encoded: base64) == nil {
                return "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed"
            }
        }
        return nil
    }

    private func unknownField(in value: JSONValue, message: String, path: String) -> String? {
        if case .array(let elements) = value {
            return elements.lazy.compactMap { unknownField(in: $0, message: message, path: path) }.first
        }
        guard let fields = Self.messages[message], case .object(let members) = value else { return nil }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let inner = fields[JSONValue.camelCase(name)] else {
                let place = path.isEmpty ? "" : " at '\(path)'"
                return "Invalid JSON payload received. Unknown name \"\(name)\"\(place): Cannot find field."
            }
            let innerPath = path.isEmpty ? name : "\(path).\(name)"
            if let unknown = unknownField(in: member, message: inner, path: innerPath) { return unknown }
        }
        return nil
    }

    private static let audioTypes: Set<String> = [
        "audio/wav", "audio/mp3", "audio/mpeg", "audio/aiff", "audio/aac", "audio/ogg", "audio/flac",
    ]

    /// Message name to fields; a field's value is the message inside it, `any` when nothing inside is checked.
    private static let messages: [String: [String: String]] = [
        "request": [
            "contents": "content", "systemInstruction": "content", "generationConfig": "config",
            "safetySettings": "safety", "tools": "any", "toolConfig": "any", "cachedContent": "any", "model": "any",
            "serviceTier": "any", "store": "any",
        ],
        "content": ["role": "any", "parts": "part"],
        "part": [
            "text": "any", "fileData": "file", "inlineData": "blob", "functionCall": "any", "functionResponse": "any",
            "thought": "any", "thoughtSignature": "any", "videoMetadata": "any", "executableCode": "any",
            "codeExecutionResult": "any", "mediaResolution": "any",
        ],
        "file": ["mimeType": "any", "fileUri": "any"],
        "blob": ["mimeType": "any", "data": "any"],
        "config": [
            "responseMimeType": "any", "responseSchema": "any", "responseJsonSchema": "any",
            "thinkingConfig": "thinking",
            "maxOutputTokens": "any", "temperature": "any", "topP": "any", "topK": "any", "candidateCount": "any",
            "stopSequences": "any", "seed": "any", "presencePenalty": "any", "frequencyPenalty": "any",
            "responseModalities": "any", "mediaResolution": "any", "responseLogprobs": "any", "logprobs": "any",
            "speechConfig": "any", "imageConfig": "any",
        ],
        "thinking": ["thinkingLevel": "any", "thinkingBudget": "any", "includeThoughts": "any"],
        "safety": ["category": "any", "threshold": "any"],
    ]
}
