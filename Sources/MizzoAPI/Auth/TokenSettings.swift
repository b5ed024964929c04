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

/// A key for bearer tokens.
public struct TokenKey: Sendable {
    /// The `kid` of its tokens; `nil` for the one whose tokens have none.
    public let id: String?
    /// What signs.
    public let secret: TokenSecret

    /// - Throws: ``TokenSettingsError`` for a secret under 32 bytes (RFC 7518, section 3.2: as long as the hash), or an id
    ///   that is not 1 to 64 characters out of letters, digits, `.`, `_` and `-`.
    public init(id: String? = nil, secret: TokenSecret) throws {
        guard secret.bytes.count >= 32 else { throw TokenSettingsError.secretTooShort(byteCount: secret.bytes.count) }
        if let id, !Self.isIdentifier(id) { throw TokenSettingsError.keyIDInvalid(id) }
        self.id = id
        self.secret = secret
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-") }
    }
}

/// How bearer tokens are made and checked. HS256 only: one algorithm leaves nothing to confuse.
///
/// To rotate: put a new key first, so that it signs from now on; remove the old one when its last token has expired.
public struct TokenSettings: Sendable {
    /// From configuration only; the first signs, all of them verify. Not empty.
    public let keys: [TokenKey]
    /// The `iss` claim.
    public let issuer: String
    /// The `aud` claim.
    public let audience: String

    /// - Throws: ``TokenSettingsError`` without a key, or for two keys with one id.
    public init(keys: [TokenKey], issuer: String = "mizzo", audience: String = "mizzo-api") throws {
        guard !keys.isEmpty else { throw TokenSettingsError.noKey }
        var seen: Set<String?> = []
        for key in keys where !seen.insert(key.id).inserted { throw TokenSettingsError.keyIDTwice(key.id ?? "") }
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// One key without an id.
    public init(secret: TokenSecret, issuer: String = "mizzo", audience: String = "mizzo-api") throws {
        try self.init(keys: [TokenKey(secret: secret)], issuer: issuer, audience: audience)
    }
}

/// Keys that cannot be used.
public enum TokenSettingsError: Error, Equatable, CustomStringConvertible {
    /// There is nothing to sign with.
    case noKey
    /// The length offered.
    case secretTooShort(byteCount: Int)
    /// An id that does not fit into a token's header.
    case keyIDInvalid(String)
    /// An id that names two keys; empty for two without one.
    case keyIDTwice(String)

    /// Stable, kebab-case.
    public var code: String {
        switch self {
        case .noKey: "token-key-missing"
        case .secretTooShort: "token-secret-too-short"
        case .keyIDInvalid: "token-key-id-invalid"
        case .keyIDTwice: "token-key-id-twice"
        }
    }

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .noKey: "There is no token key, expected at least one. Configure a random secret."
        case .secretTooShort(let count):
            "The token secret has \(count) bytes, expected at least 32. Configure a longer random secret."
        case .keyIDInvalid(let id):
            "The token key id \"\(id)\" is not 1 to 64 letters, digits, dots, hyphens or underscores. Rename the key."
        case .keyIDTwice(let id): "The token key id \"\(id)\" names two keys, expected one. Rename one of them."
        }
    }
}
