import FoundationEssentials

/// Where credentials come from: the environment, a file, a metadata service.
public protocol CredentialsProvider: Sendable {
    /// The credentials this source has now; `nil` when the source is not set up here, so that the next one is asked.
    /// - Throws: ``CredentialsError`` when the source is set up but does not give any.
    func credentials() async throws -> IssuedCredentials?
}

/// Credentials with the times at which they have to be replaced.
public struct IssuedCredentials: Sendable {
    /// The key pair.
    public let credentials: AWSCredentials
    /// From then on the source should be asked again, while the pair still works; `nil`: never.
    public let refreshAt: Date?
    /// From then on the pair is refused; `nil`: never.
    public let expiresAt: Date?

    /// Credentials that are good until `expiresAt`.
    public init(_ credentials: AWSCredentials, refreshAt: Date? = nil, expiresAt: Date? = nil) {
        self.credentials = credentials
        self.refreshAt = refreshAt
        self.expiresAt = expiresAt
    }
}

/// A key pair that never changes is a source of itself.
extension AWSCredentials: CredentialsProvider {
    /// The pair itself.
    public func credentials() async throws -> IssuedCredentials? { IssuedCredentials(self) }
}

/// Asks several sources in turn; the first that is set up decides.
public struct CredentialsChain: CredentialsProvider {
    private let sources: [any CredentialsProvider]

    /// A chain in the order of the sources.
    public init(_ sources: [any CredentialsProvider]) {
        self.sources = sources
    }

    /// See ``CredentialsProvider/credentials()``. A source that is set up and fails ends the search: going on would act under
    /// another identity than the operator meant.
    public func credentials() async throws -> IssuedCredentials? {
        for source in sources {
            if let found = try await source.credentials() { return found }
        }
        return nil
    }
}

/// Credentials that could not be had.
public struct CredentialsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name: `credentials-not-found`, `credentials-malformed` or `credentials-source-failed`.
    public let code: String
    /// What was looked for, what was found, what to do. Free of secrets.
    public let message: String

    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }

    static let notFound = CredentialsError(
        code: "credentials-not-found",
        message: "No AWS credentials in the environment, the shared files, the container's or the instance's metadata. "
            + "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role."
    )

    static func malformed(_ source: String, _ problem: String) -> CredentialsError {
        CredentialsError(code: "credentials-malformed", message: "\(source): \(problem). Mend it.")
    }

    static func failed(_ source: String, _ problem: String) -> CredentialsError {
        CredentialsError(code: "credentials-source-failed", message: "\(source): \(problem). Try again.")
    }
}
