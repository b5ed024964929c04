import FoundationEssentials

/// A request anyone may send until it expires, exactly as given.
///
/// It is a credential: never store it in a history or write it to a log.
public struct PresignedRequest: Sendable, Equatable, CustomStringConvertible {
    /// `GET` or `PUT`.
    public let method: String
    /// The whole URL with the signature.
    public let url: String
    /// Headers the client must send with exactly these values (besides `Host`).
    public let headers: [HeaderField]
    /// The last moment at which the request is accepted.
    public let expiresAt: Date

    /// A presigned request.
    public init(method: String, url: String, headers: [HeaderField], expiresAt: Date) {
        self.method = method
        self.url = url
        self.headers = headers
        self.expiresAt = expiresAt
    }

    /// The URL without its query, so that a log line does not hand out the signature.
    public var description: String { "\(method) \(url.prefix { $0 != "?" })?***" }
}

/// What a presigned upload must look like.
public struct UploadConditions: Sendable, Equatable {
    /// Signed: another `Content-Type` fails with `SignatureDoesNotMatch`.
    public var contentType: String
    /// Largest size in bytes. The embedded store enforces it. AWS S3 cannot bound a presigned PUT, so after the
    /// upload a consumer must also compare ``ObjectInfo/size``.
    public var maximumByteCount: Int64?
    /// Smallest size in bytes; enforced like the maximum.
    public var minimumByteCount: Int64
    /// Signs `If-None-Match: *`, so that the client must send it and S3 itself refuses a second upload. Not needed with
    /// the embedded store, whose presigned uploads are write-once anyway.
    public var signsIfNoneMatch: Bool

    /// Conditions for one upload.
    public init(
        contentType: String,
        maximumByteCount: Int64? = nil,
        minimumByteCount: Int64 = 0,
        signsIfNoneMatch: Bool = false
    ) {
        self.contentType = contentType
        self.maximumByteCount = maximumByteCount
        self.minimumByteCount = minimumByteCount
        self.signsIfNoneMatch = signsIfNoneMatch
    }

    /// Signed query parameters that carry the bounds. S3 ignores parameters it does not know when they begin with `x-`.
    static let maximumParameter = "x-maximum-content-length"
    static let minimumParameter = "x-minimum-content-length"
}
