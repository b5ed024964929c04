/// An API key that does not show itself: not in descriptions, not in dumps, not in mirrors.
public struct GeminiAPIKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let secret: String

    /// Wraps a key; surrounding white space (a newline from a secret file) is dropped.
    public init(_ secret: String) {
        let start = secret.drop { $0.isWhitespace }
        let end = start.lastIndex { !$0.isWhitespace }
        self.secret = end.map { String(start[...$0]) } ?? ""
    }

    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Has no children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
