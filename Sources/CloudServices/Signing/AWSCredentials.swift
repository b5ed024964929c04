/// An access key pair, with the session token when the pair is temporary.
///
/// Printing a value shows the access key id only; the secret and the token never reach a log, a dump or an error text.
public struct AWSCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The public half; travels in every request.
    public let accessKeyID: String
    /// The private half; never travels.
    public let secretAccessKey: String
    /// Present for temporary credentials (STS); signed into every request.
    public let sessionToken: String?

    /// Credentials as handed out by AWS, or chosen by the operator for the embedded store.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// The access key id and stars.
    public var description: String { "AWSCredentials(\(accessKeyID), ***)" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// A mirror without the secret parts, so `dump` stays harmless.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
