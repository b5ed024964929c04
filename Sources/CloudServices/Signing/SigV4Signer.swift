import FoundationEssentials

/// A signature with the two intermediate texts, which is all that is needed to find out why a peer disagrees.
public struct SigV4Signature: Sendable, Equatable {
    /// The normalised request.
    public let canonicalRequest: String
    /// The text the HMAC covers.
    public let stringToSign: String
    /// 64 lower-case hex digits.
    public let signature: String
}

/// Signs requests with AWS Signature Version 4, in headers or as a presigned query.
///
/// The rules are those of the AWS General Reference, "Signature Version 4 signing process"; agreement with
/// botocore is tested byte by byte.
public struct SigV4Signer: Sendable {
    /// Headers that proxies and clients change or add after signing; never signed in header mode.
    static let unsignedHeaders: Set<String> = [
        "authorization", "connection", "content-length", "expect", "transfer-encoding", "user-agent",
        "x-amzn-trace-id",
    ]

    /// The longest life of a presigned request in seconds: seven days, AWS's own limit.
    public static let maximumExpiry: Int64 = 604_800

    private let credentials: AWSCredentials
    private let region: String
    private let service: String

    /// A signer for one service in one region, e.g. `us-east-1` and `s3`.
    public init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The header fields to add to `head` (`X-Amz-Date`, `Authorization`, and where they apply
    /// `X-Amz-Content-SHA256` and `X-Amz-Security-Token`), and the signature with its intermediate texts.
    ///
    /// `head` must carry `Host`. All its headers are signed except those that travel unsigned by nature
    /// (`Content-Length`, `Expect`, `Transfer-Encoding`, `User-Agent` …).
    /// - Throws: ``SigV4Rejection`` with reason `invalidURI` when path or query has a broken escape.
    public func sign(
        _ head: RequestHead,
        payload: SigV4Payload,
        at date: Date
    ) throws -> (headers: [HeaderField], signature: SigV4Signature) {
        var added = [HeaderField("X-Amz-Date", SigV4Date.text(date))]
        if service == "s3" { added.append(HeaderField("X-Amz-Content-SHA256", payload.headerValue)) }
        if let token = credentials.sessionToken { added.append(HeaderField("X-Amz-Security-Token", token)) }
        var signed = head
        signed.headers += added
        let names = Set(signed.headers.map { $0.name.lowercased() }).subtracting(Self.unsignedHeaders).sorted()
        guard let query = QueryString(wire: head.query) else { throw SigV4Rejection.brokenEscape }
        let scope = CredentialScope(date: date, region: region, service: service)
        let signature = try signature(of: signed, query, names, payload, date, scope)
        let authorization =
            "\(CredentialScope.algorithm) Credential=\(credentials.accessKeyID)/\(scope.text), "
            + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature.signature)"
        return (added + [HeaderField("Authorization", authorization)], signature)
    }

    /// The query that makes `head` a presigned request (to be used instead of `head.query`), with its signature.
    ///
    /// Every header in `head` is signed, so the client must send each with exactly that value; usually that is `Host`
    /// and, for uploads, `Content-Type`. The body is not covered (`UNSIGNED-PAYLOAD`).
    /// - Parameter expiresIn: seconds of validity, 1…604 800.
    /// - Throws: ``SigV4Rejection`` when the expiry is out of range or the path or query has a broken escape.
    public func presign(
        _ head: RequestHead,
        expiresIn: Int64,
        at date: Date
    ) throws -> (query: String, signature: SigV4Signature) {
        guard (1...Self.maximumExpiry).contains(expiresIn) else { throw SigV4Rejection.expiryOutOfRange(expiresIn) }
        guard var query = QueryString(wire: head.query) else { throw SigV4Rejection.brokenEscape }
        let names = Set(head.headers.map { $0.name.lowercased() }).sorted()
        let scope = CredentialScope(date: date, region: region, service: service)
        query.items += [
            .init(name: "X-Amz-Algorithm", value: CredentialScope.algorithm),
            .init(name: "X-Amz-Credential", value: "\(credentials.accessKeyID)/\(scope.text)"),
            .init(name: "X-Amz-Date", value: SigV4Date.text(date)),
            .init(name: "X-Amz-Expires", value: String(expiresIn)),
            .init(name: "X-Amz-SignedHeaders", value: names.joined(separator: ";")),
        ]
        if let token = credentials.sessionToken {
            query.items.append(.init(name: "X-Amz-Security-Token", value: token))
        }
        let signature = try signature(of: head, query, names, .unsigned, date, scope)
        query.items.append(.init(name: "X-Amz-Signature", value: signature.signature))
        return (query.wire, signature)
    }

    private func signature(
        of head: RequestHead,
        _ query: QueryString,
        _ names: [String],
        _ payload: SigV4Payload,
        _ date: Date,
        _ scope: CredentialScope
    ) throws -> SigV4Signature {
        let canonical = CanonicalRequest(
            head: head,
            query: query,
            signing: names,
            service: service,
            payloadHash: payload.headerValue
        )
        guard let canonical else { throw SigV4Rejection.brokenEscape }
        let stringToSign = canonical.stringToSign(date: date, scope: scope)
        return SigV4Signature(
            canonicalRequest: canonical.text,
            stringToSign: stringToSign,
            signature: SigningKey(credentials: credentials, scope: scope).signature(of: stringToSign)
        )
    }
}
