import Crypto
import FoundationEssentials

/// The text SigV4 signs, built from a wire request. Both signer and verifier use this one form.
struct CanonicalRequest: Sendable, Equatable {
    let text: String
    let signedHeaders: String

    /// `nil` when the path or the query has a broken escape.
    ///
    /// S3 encodes the path once and does not touch dots; every other service encodes the wire path a second time.
    /// (Their dot-normalisation is left out: the JSON protocols of SQS and ECS only use `/`.)
    init?(head: RequestHead, query: QueryString, signing names: [String], service: String, payloadHash: String) {
        guard let decodedPath = URIEncoding.decode(head.path) else { return nil }
        let once = URIEncoding.encodePath(decodedPath.isEmpty ? "/" : decodedPath)
        let uri = service == "s3" ? once : URIEncoding.encodePath(once)
        let lines = names.map { "\($0):\(Self.headerValue(head.values($0)))\n" }
        signedHeaders = names.joined(separator: ";")
        text = """
            \(head.method)
            \(uri)
            \(query.canonical)
            \(lines.joined())
            \(signedHeaders)
            \(payloadHash)
            """
    }

    func stringToSign(date: Date, scope: CredentialScope) -> String {
        let digest = URIEncoding.hex(SHA256.hash(data: Array(text.utf8)))
        return "\(CredentialScope.algorithm)\n\(SigV4Date.text(date))\n\(scope.text)\n\(digest)"
    }

    /// Repeated headers joined by commas; outer blanks removed, inner runs of blanks made one.
    private static func headerValue(_ values: [String]) -> String {
        values.map { value in
            value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
        }.joined(separator: ",")
    }
}

/// The HMAC chain of SigV4.
struct SigningKey {
    private let key: SymmetricKey

    init(credentials: AWSCredentials, scope: CredentialScope) {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [scope.day, scope.region, scope.service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        self.key = key
    }

    func signature(of stringToSign: String) -> String {
        URIEncoding.hex(HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: key))
    }

    /// Compares in constant time.
    func isValid(_ signature: [UInt8], of stringToSign: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: Array(stringToSign.utf8), using: key)
    }
}
