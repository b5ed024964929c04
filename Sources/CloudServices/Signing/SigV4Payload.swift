import Crypto

/// What a signature says about the body.
public enum SigV4Payload: Sendable, Equatable {
    /// The body is not covered; the rule for presigned requests.
    case unsigned
    /// The body's SHA-256 in lower-case hex.
    case sha256(String)
    /// An S3 streaming marker such as `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    case streaming(String)

    /// The hash of a body that is at hand.
    public static func bytes(_ body: some Sequence<UInt8>) -> SigV4Payload {
        .sha256(URIEncoding.hex(SHA256.hash(data: Array(body))))
    }

    /// The value of `x-amz-content-sha256` and of the last line of the canonical request.
    public var headerValue: String {
        switch self {
        case .unsigned: "UNSIGNED-PAYLOAD"
        case .sha256(let digest): digest
        case .streaming(let marker): marker
        }
    }
}
