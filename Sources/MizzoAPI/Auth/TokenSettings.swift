import FoundationEssentials

/// A signing secret that does not print itself.
public struct TokenSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// The secret's raw bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Never the secret.
    public var description: String { "***" }
    /// Never the secret.
    public var debugDescription: String { "***" }
    /// Never the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How bearer tokens are made and checked. HS256 only: one algorithm leaves nothing to confuse.
public struct TokenSettings: Sendable {
    /// Shared by the mint and the API, from configuration only.
    public let secret: TokenSecret
    /// The `iss` claim.
    public let issuer: String
    /// The `aud` claim.
    public let audience: String

    /// - Throws: ``TokenSettingsError`` for a secret under 32 bytes (RFC 7518, section 3.2: as long as the hash).
    public init(secret: TokenSecret, issuer: String = "mizzo", audience: String = "mizzo-api") throws {
        guard secret.bytes.count >= 32 else { throw TokenSettingsError(byteCount: secret.bytes.count) }
        self.secret = secret
        self.issuer = issuer
        self.audience = audience
    }
}

/// A secret that is too short to sign with.
public struct TokenSettingsError: Error, Equatable, CustomStringConvertible {
    /// The length offered.
    public let byteCount: Int
    /// Stable, kebab-case.
    public var code: String { "token-secret-too-short" }
    /// What is wrong and what to do.
    public var description: String {
        "The token secret has \(byteCount) bytes, expected at least 32. Configure a longer random secret."
    }
}
