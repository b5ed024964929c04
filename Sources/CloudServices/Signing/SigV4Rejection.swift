/// Why a signature, or a request to sign, is refused.
///
/// `s3Code` and `httpStatus` are those S3 answers with; `code` is this project's own stable name.
public struct SigV4Rejection: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name.
    public let code: String
    /// S3's error code, e.g. `SignatureDoesNotMatch`.
    public let s3Code: ObjectStoreError.Kind
    /// What was expected, what came, what to do. Free of secrets.
    public let message: String

    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }

    static let brokenEscape = SigV4Rejection(
        code: "signature-broken-escape",
        s3Code: .invalidURI,
        message:
            "The path or the query has a broken percent escape. Encode each byte outside A-Z a-z 0-9 - . _ ~ as %XX."
    )
    static let missing = SigV4Rejection(
        code: "signature-missing",
        s3Code: .accessDenied,
        message: "The request carries no signature. Ask for a presigned URL and use it unchanged."
    )
    static let legacy = SigV4Rejection(
        code: "signature-version-unsupported",
        s3Code: .invalidRequest,
        message: "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    )
    static let mismatch = SigV4Rejection(
        code: "signature-mismatch",
        s3Code: .signatureDoesNotMatch,
        message: "The signature does not belong to this method, host, path, query and these signed headers. "
            + "Send the request exactly as it was signed."
    )
    static let unknownKey = SigV4Rejection(
        code: "signature-unknown-key",
        s3Code: .invalidAccessKeyID,
        message: "The access key id is not known here."
    )
    static let wrongToken = SigV4Rejection(
        code: "signature-wrong-token",
        s3Code: .invalidToken,
        message: "The security token does not belong to the access key."
    )
    static let expired = SigV4Rejection(
        code: "signature-expired",
        s3Code: .accessDenied,
        message: "Request has expired. Ask for a new presigned URL."
    )
    static let notYetValid = SigV4Rejection(
        code: "signature-not-yet-valid",
        s3Code: .accessDenied,
        message: "Request is not valid yet: X-Amz-Date lies in the future. Check the clocks."
    )
    static let skewed = SigV4Rejection(
        code: "signature-date-skewed",
        s3Code: .requestTimeTooSkewed,
        message: "The difference between the request time and the server's time is too large. Check the clocks."
    )

    static func expiryOutOfRange(_ seconds: Int64) -> SigV4Rejection {
        malformedQuery("X-Amz-Expires must be 1...\(SigV4Signer.maximumExpiry) seconds, got \(seconds).")
    }

    static func malformedQuery(_ message: String) -> SigV4Rejection {
        SigV4Rejection(code: "signature-malformed", s3Code: .authorizationQueryParametersError, message: message)
    }

    static func malformedHeader(_ message: String) -> SigV4Rejection {
        SigV4Rejection(code: "signature-malformed", s3Code: .authorizationHeaderMalformed, message: message)
    }

    static func unsignedHeader(_ name: String) -> SigV4Rejection {
        SigV4Rejection(
            code: "signature-header-unsigned",
            s3Code: .accessDenied,
            message: "There were headers present in the request which were not signed: \(name)."
        )
    }
}
