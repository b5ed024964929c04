import FoundationEssentials

/// Keeps credentials as long as they are good. Many callers cause one question; when a refresh fails, the present pair is used
/// until it expires.
public actor CachedCredentials {
    private let source: any CredentialsProvider
    private let now: @Sendable () -> Date
    private var present: IssuedCredentials?
    private var refresh: Task<IssuedCredentials, any Error>?

    /// A cache in front of `source`.
    public init(_ source: any CredentialsProvider, now: @escaping @Sendable () -> Date = { Date() }) {
        self.source = source
        self.now = now
    }

    /// Credentials that are accepted now.
    /// - Throws: ``CredentialsError``.
    public func current() async throws -> AWSCredentials {
        let time = now()
        if let present, present.refreshAt.map({ time < $0 }) ?? true { return present.credentials }
        do {
            return try await refreshed().credentials
        } catch {
            guard let present, present.expiresAt.map({ now() < $0 }) ?? true else { throw error }
            return present.credentials
        }
    }

    /// Forgets `refused`, because the service does not accept it any more; the next caller asks the source.
    public func discard(_ refused: AWSCredentials) {
        if present?.credentials.accessKeyID == refused.accessKeyID,
            present?.credentials.sessionToken == refused.sessionToken
        {
            present = nil
        }
    }

    private func refreshed() async throws -> IssuedCredentials {
        if let refresh { return try await refresh.value }
        let source = source
        let task = Task {
            guard let found = try await source.credentials() else { throw CredentialsError.notFound }
            return found
        }
        refresh = task
        defer { refresh = nil }
        let found = try await task.value
        present = found
        return found
    }
}
