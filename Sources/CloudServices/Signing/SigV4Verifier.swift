import FoundationEssentials

/// A request whose signature was found good.
public struct VerifiedRequest: Sendable, Equatable {
    /// Who signed.
    public let accessKeyID: String
    /// Lower-case names of the covered headers.
    public let signedHeaders: [String]
    /// When the presigned request stops being valid; `nil` for header signatures.
    public let expiresAt: Date?
}

/// Checks AWS Signature Version 4 on incoming requests: algorithm, scope, time, presence and coverage of headers,
/// token, and the signature itself in constant time.
///
/// `Host` is part of every signature, so a reverse proxy in front must pass the client's `Host` through unchanged.
public struct SigV4Verifier: Sendable {
    private let region: String
    private let service: String
    private let allowedSkew: Int64
    private let credentials: @Sendable (String) -> AWSCredentials?

    /// - Parameters:
    ///   - allowedSkew: how far the signer's clock may be off, in seconds; AWS allows 15 minutes.
    ///   - credentials: looks up an access key id; `nil` means unknown.
    public init(
        region: String,
        service: String,
        allowedSkew: Int64 = 900,
        credentials: @escaping @Sendable (_ accessKeyID: String) -> AWSCredentials?
    ) {
        self.region = region
        self.service = service
        self.allowedSkew = allowedSkew
        self.credentials = credentials
    }

    /// Verifies a presigned request. Valid from `X-Amz-Date` (minus the allowed skew) up to and including
    /// `X-Amz-Date + X-Amz-Expires`.
    /// - Throws: ``SigV4Rejection``.
    public func verifyPresigned(_ head: RequestHead, now: Date) throws -> VerifiedRequest {
        guard let query = QueryString(wire: head.query) else { throw SigV4Rejection.brokenEscape }
        let claim = try SigV4Claim.presigned(query)
        guard head.values("authorization").isEmpty else {
            throw SigV4Rejection(
                code: "signature-ambiguous",
                s3Code: .invalidArgument,
                message: "Only one auth mechanism allowed: the query or the Authorization header."
            )
        }
        let owner = try owner(of: claim)
        let expiresAt = claim.date + TimeInterval(claim.expiresIn ?? 0)
        guard now >= claim.date - TimeInterval(allowedSkew) else { throw SigV4Rejection.notYetValid }
        guard now <= expiresAt else { throw SigV4Rejection.expired }
        try verify(claim, head, query.removing("X-Amz-Signature"), SigV4Payload.unsigned.headerValue, owner)
        return VerifiedRequest(
            accessKeyID: claim.accessKeyID,
            signedHeaders: claim.signedHeaders,
            expiresAt: expiresAt
        )
    }

    /// Verifies a request signed in its headers.
    ///
    /// - Parameter payload: the hash of the body that came, or `nil` to take the request's own `X-Amz-Content-SHA256`;
    ///   in that case the caller compares it with the body afterwards.
    /// - Throws: ``SigV4Rejection``.
    public func verifySigned(_ head: RequestHead, payload: SigV4Payload?, now: Date) throws -> VerifiedRequest {
        let claim = try SigV4Claim.header(head)
        guard let query = QueryString(wire: head.query) else { throw SigV4Rejection.brokenEscape }
        guard let hash = payload?.headerValue ?? head.value("x-amz-content-sha256") else {
            throw SigV4Rejection.malformedHeader("X-Amz-Content-SHA256 is missing.")
        }
        let owner = try owner(of: claim)
        guard abs(now.timeIntervalSince(claim.date)) <= TimeInterval(allowedSkew) else { throw SigV4Rejection.skewed }
        try verify(claim, head, query, hash, owner)
        return VerifiedRequest(accessKeyID: claim.accessKeyID, signedHeaders: claim.signedHeaders, expiresAt: nil)
    }

    private func owner(of claim: SigV4Claim) throws -> AWSCredentials {
        let scope = CredentialScope(date: claim.date, region: region, service: service)
        guard claim.scope == scope.text else {
            throw claim.place.malformed("The credential scope must be \(scope.text).")
        }
        guard let owner = credentials(claim.accessKeyID) else { throw SigV4Rejection.unknownKey }
        return owner
    }

    private func verify(
        _ claim: SigV4Claim,
        _ head: RequestHead,
        _ query: QueryString,
        _ payloadHash: String,
        _ owner: AWSCredentials
    ) throws {
        for name in claim.signedHeaders where head.values(name).isEmpty { throw SigV4Rejection.mismatch }
        try requireCoverage(head, by: claim)
        let canonical = CanonicalRequest(
            head: head,
            query: query,
            signing: claim.signedHeaders,
            service: service,
            payloadHash: payloadHash
        )
        guard let canonical else { throw SigV4Rejection.brokenEscape }
        let scope = CredentialScope(date: claim.date, region: region, service: service)
        let stringToSign = canonical.stringToSign(date: claim.date, scope: scope)
        guard SigningKey(credentials: owner, scope: scope).isValid(claim.signature, of: stringToSign) else {
            throw SigV4Rejection.mismatch
        }
        // The token is covered by the signature, so an ordinary comparison reveals nothing to a forger.
        guard claim.token == owner.sessionToken else { throw SigV4Rejection.wrongToken }
    }

    /// `x-amz-…` headers change what a request means, so an unsigned one is refused, as S3 does. The payload hash is
    /// exempt: clients add it to presigned uploads, and it can only make the check stricter.
    private func requireCoverage(_ head: RequestHead, by claim: SigV4Claim) throws {
        for name in head.headers.map({ $0.name.lowercased() }) where name.hasPrefix("x-amz-") {
            guard claim.signedHeaders.contains(name) || name == "x-amz-content-sha256" else {
                throw SigV4Rejection.unsignedHeader(name)
            }
        }
    }
}
