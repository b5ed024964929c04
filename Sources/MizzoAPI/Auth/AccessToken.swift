import FoundationEssentials
import JWTKit
import MizzoCatalog

/// The claims of a bearer token. Times are checked by the verifier, which knows the clock.
struct AccessClaims: JWTPayload {
    var sub: SubjectClaim
    var role: Role
    var exp: ExpirationClaim
    var iss: IssuerClaim
    var aud: AudienceClaim
    var iat: IssuedAtClaim?
    var nbf: NotBeforeClaim?

    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// Makes bearer tokens, for the operator's command line and for tests.
public struct TokenMint: Sendable {
    private let settings: TokenSettings

    /// A mint with the API's own settings.
    public init(settings: TokenSettings) { self.settings = settings }

    private func signature(_ claims: AccessClaims) async throws -> String {
        guard let key = settings.keys.first else { throw TokenSettingsError.noKey }
        let kid = key.id.map { JWKIdentifier(string: $0) }
        return try await key.collection().sign(claims, kid: kid)
    }

    /// A token signed with the first key. What the user may do is decided by the stored role at each request; the token's role can only
    /// narrow it.
    ///
    /// - Parameter lifetime: seconds from `now`.
    public func mint(user: UserID, role: Role, lifetime: TimeInterval, now: Date) async throws -> String {
        let claims = AccessClaims(
            sub: SubjectClaim(value: user.rawValue),
            role: role,
            exp: ExpirationClaim(value: now.addingTimeInterval(lifetime)),
            iss: IssuerClaim(value: settings.issuer),
            aud: AudienceClaim(value: [settings.audience]),
            iat: IssuedAtClaim(value: now),
            nbf: nil
        )
        return try await signature(claims)
    }
}

/// Checks bearer tokens.
struct TokenVerifier: Sendable {
    /// Longer than any token of ours; a longer one is refused unread.
    private static let byteCountMax = 4096

    private let settings: TokenSettings
    /// A collection for each key, so that a token is never checked against a key it did not name.
    private let collections: [String?: JWTKeyCollection]

    init(settings: TokenSettings) async {
        self.settings = settings
        var collections: [String?: JWTKeyCollection] = [:]
        for key in settings.keys { collections[key.id] = await key.collection() }
        self.collections = collections
    }

    /// The claims of a token that is ours and in force, else `nil`: the reason is nobody's business.
    func claims(of token: String, now: Date) async -> AccessClaims? {
        guard token.utf8.count <= Self.byteCountMax, let header = Self.expectedHeader(token),
            let keys = collections[header.kid],
            let claims = try? await keys.verify(token, as: AccessClaims.self)
        else { return nil }
        guard claims.iss.value == settings.issuer, claims.aud.value == [settings.audience],
            !claims.sub.value.isEmpty, now < claims.exp.value, claims.nbf.map({ $0.value <= now }) ?? true
        else { return nil }
        return claims
    }

    private struct Header {
        let kid: String?
    }

    /// Exactly `alg: HS256`, at most `typ: JWT`, and a `kid` that only picks among the configured keys. Anything else in
    /// the header (`jwk`, `jku`, `x5u`, `crit`) is a way to choose the key or the rules, which only the configuration may.
    /// No name may come twice in header or claims: which of the two counts would be the parser's choice.
    private static func expectedHeader(_ token: String) -> Header? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ Base64URL.decode($0)?.isEmpty == false }),
            let header = Base64URL.decode(parts[0]), let claims = Base64URL.decode(parts[1]),
            MemberNameScan.isUnambiguous(header), MemberNameScan.isUnambiguous(claims),
            let fields = try? JSONDecoder().decode([String: String].self, from: header),
            fields["alg"] == "HS256", fields["typ"] ?? "JWT" == "JWT",
            Set(fields.keys).isSubset(of: ["alg", "typ", "kid"])
        else { return nil }
        return Header(kid: fields["kid"])
    }
}

extension TokenKey {
    fileprivate func collection() async -> JWTKeyCollection {
        let key = HMACKey(from: secret.bytes)
        let kid = id.map { JWKIdentifier(string: $0) }
        return await JWTKeyCollection().add(hmac: key, digestAlgorithm: .sha256, kid: kid)
    }
}
