/// A request the engine cannot fulfil, or a situation an operator has to know of.
public struct EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable kebab-case code; the same in API, CLI and logs.
    public var code: String
    /// What failed, expected against actual, what to do.
    public var message: String

    /// Describes an error.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The message with its code.
    public var description: String { "\(message) [\(code)]" }
}
