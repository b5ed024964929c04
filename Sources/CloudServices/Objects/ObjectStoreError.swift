/// A refusal or failure of an object store, in S3's own terms.
public struct ObjectStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// S3's error codes (Amazon S3 API Reference, "Error responses"), as far as this project meets them.
    public enum Kind: String, Sendable, CaseIterable {
        /// 403: no or no longer valid permission.
        case accessDenied = "AccessDenied"
        /// 400: broken `Authorization`.
        case authorizationHeaderMalformed = "AuthorizationHeaderMalformed"
        /// 400: broken `X-Amz-…` query parameters.
        case authorizationQueryParametersError = "AuthorizationQueryParametersError"
        /// 400: the body does not have the announced digest.
        case badDigest = "BadDigest"
        /// 400: larger than allowed.
        case entityTooLarge = "EntityTooLarge"
        /// 409: two conditional writes at the same time; retry.
        case conditionalRequestConflict = "ConditionalRequestConflict"
        /// 400: smaller than allowed.
        case entityTooSmall = "EntityTooSmall"
        /// 400: the session token's time is over.
        case expiredToken = "ExpiredToken"
        /// 400: fewer or more bytes than `Content-Length` said.
        case incompleteBody = "IncompleteBody"
        /// 500: the store itself failed; retry.
        case internalError = "InternalError"
        /// 403: unknown access key.
        case invalidAccessKeyID = "InvalidAccessKeyId"
        /// 400: an argument or key outside the rules.
        case invalidArgument = "InvalidArgument"
        /// 400: a `Content-MD5` that is no MD5.
        case invalidDigest = "InvalidDigest"
        /// 400: a part of a multipart upload is missing or has another etag.
        case invalidPart = "InvalidPart"
        /// 400: the parts of a multipart upload are not in ascending order.
        case invalidPartOrder = "InvalidPartOrder"
        /// 416: no byte of the object lies in the range.
        case invalidRange = "InvalidRange"
        /// 400: not a request this store understands.
        case invalidRequest = "InvalidRequest"
        /// 400: wrong session token.
        case invalidToken = "InvalidToken"
        /// 400: a path that cannot be decoded.
        case invalidURI = "InvalidURI"
        /// 400: key longer than 1024 bytes.
        case keyTooLong = "KeyTooLongError"
        /// 400: an XML body that does not follow the schema.
        case malformedXML = "MalformedXML"
        /// 400: more user-defined metadata than S3 keeps.
        case metadataTooLarge = "MetadataTooLarge"
        /// 405: a method other than GET, HEAD and PUT.
        case methodNotAllowed = "MethodNotAllowed"
        /// 411: an upload without `Content-Length`.
        case missingContentLength = "MissingContentLength"
        /// 404: another bucket than this store's.
        case noSuchBucket = "NoSuchBucket"
        /// 404: no object under this key.
        case noSuchKey = "NoSuchKey"
        /// 404: no multipart upload with this id, or it is completed or aborted.
        case noSuchUpload = "NoSuchUpload"
        /// 501: a feature of S3 this store does not have.
        case notImplemented = "NotImplemented"
        /// 412: `If-Match` or `If-None-Match` did not hold.
        case preconditionFailed = "PreconditionFailed"
        /// 403: clocks differ too much.
        case requestTimeTooSkewed = "RequestTimeTooSkewed"
        /// 400: the body did not come in time; retry.
        case requestTimeout = "RequestTimeout"
        /// 503: the store cannot be reached or is overloaded; retry.
        case serviceUnavailable = "ServiceUnavailable"
        /// 403: signed for another request or with another secret.
        case signatureDoesNotMatch = "SignatureDoesNotMatch"
        /// 503: too many requests; retry more slowly.
        case slowDown = "SlowDown"
        /// 400: the body does not have the hash in `x-amz-content-sha256`.
        case contentSHA256Mismatch = "XAmzContentSHA256Mismatch"

        /// The HTTP status S3 sends with the code.
        public var httpStatus: Int {
            switch self {
            case .accessDenied, .invalidAccessKeyID, .requestTimeTooSkewed, .signatureDoesNotMatch: 403
            case .noSuchBucket, .noSuchKey, .noSuchUpload: 404
            case .methodNotAllowed: 405
            case .conditionalRequestConflict: 409
            case .missingContentLength: 411
            case .preconditionFailed: 412
            case .invalidRange: 416
            case .internalError: 500
            case .notImplemented: 501
            case .serviceUnavailable, .slowDown: 503
            default: 400
            }
        }
    }

    /// S3's code.
    public let kind: Kind
    /// What failed, expected against actual, what to do. Free of file paths and SQL.
    public let message: String

    /// An error with S3's code and a sentence.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Stable kebab-case form of S3's code: `NoSuchKey` → `no-such-key`, `KeyTooLongError` → `key-too-long-error`.
    public var code: String {
        var code = ""
        var previous: Character = "-"
        let letters = Array(kind.rawValue)
        for (index, letter) in letters.enumerated() {
            let next = index + 1 < letters.count ? letters[index + 1] : "A"
            if letter.isUppercase, index > 0, previous.isLowercase || next.isLowercase { code += "-" }
            code += letter.lowercased()
            previous = letter
        }
        return code
    }

    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }

    static func noSuchKey(_ key: ObjectKey) -> ObjectStoreError {
        ObjectStoreError(.noSuchKey, "There is no object \"\(key)\". Check the key, or whether the upload completed.")
    }

    static func alreadyExists(_ key: ObjectKey) -> ObjectStoreError {
        ObjectStoreError(
            .preconditionFailed,
            "Object \"\(key)\" exists already and may not be replaced. Ask for a new upload key."
        )
    }
}
