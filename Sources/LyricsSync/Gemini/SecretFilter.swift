/// Cleans text from the service before it may appear in an error or a log.
struct SecretFilter: Sendable {
    let secrets: [String]

    /// - Parameter secrets: the API key and presigned addresses; empty ones are ignored.
    init(_ secrets: [String?]) {
        self.secrets = secrets.compactMap { $0 }.filter { !$0.isEmpty }
    }

    /// The text on one line without secrets, addresses and control characters, at most 300 characters long.
    func clean(_ text: String) -> String {
        var cleaned = text
        for secret in secrets { cleaned = cleaned.replacing(secret, with: "<redacted>") }
        let words = cleaned.split(whereSeparator: \.isWhitespace).map { word in
            word.contains("://") || word.contains("AIza") ? "<redacted>" : word
        }
        let visible = words.joined(separator: " ").unicodeScalars.filter { !LyricsCharacters.isForbidden($0) }
        return String(String(String.UnicodeScalarView(visible)).prefix(300))
    }
}
