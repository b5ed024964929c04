import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Reads what S3 answers.
enum S3Answer {
    static let documentByteLimit = 16 << 20

    /// Kinds that a repetition may cure.
    static func isTemporary(_ kind: ObjectStoreError.Kind) -> Bool {
        switch kind {
        case .internalError, .serviceUnavailable, .slowDown, .requestTimeout, .conditionalRequestConflict: true
        default: false
        }
    }

    /// What a refusal means for the request.
    /// - Throws: the refusal, when repeating is useless.
    static func verdict<Answer>(
        _ response: HTTPClientResponse,
        about key: ObjectKey?
    ) async throws -> SignedHTTPClient.Verdict<Answer> {
        let document = Array(try await response.body.collect(upTo: documentByteLimit).readableBytesView)
        let error = error(status: Int(response.status.code), document, about: key)
        if error.kind == .expiredToken || error.kind == .invalidToken { return .renewCredentials(error) }
        guard isTemporary(error.kind) else { throw error }
        return .again(error, after: response.headers.retryAfter)
    }

    /// The error of a refusal: S3's own code where it is one of ours, otherwise the nearest for the status.
    static func error(status: Int, _ document: [UInt8], about key: ObjectKey?) -> ObjectStoreError {
        let node = XMLNode(document: document).flatMap { $0.name == "Error" ? $0 : nil }
        let code = node?["Code"]
        let kind = code.flatMap(ObjectStoreError.Kind.init(rawValue:)) ?? kind(status: status, code: code)
        let subject = key.map { "\"\($0)\"" } ?? "the bucket"
        let said = [code, node?["Message"]].compactMap { $0 }.joined(separator: ": ")
        return ObjectStoreError(
            kind,
            "S3 answered \(status) about \(subject)\(said.isEmpty ? "" : " (\(said))"). \(advice(kind))"
        )
    }

    private static func kind(status: Int, code: String?) -> ObjectStoreError.Kind {
        switch status {
        case 403: .accessDenied
        case 404: .noSuchKey
        case 405: .methodNotAllowed
        case 409: .conditionalRequestConflict
        case 411: .missingContentLength
        case 412: .preconditionFailed
        case 416: .invalidRange
        case 429: .slowDown
        case 501: .notImplemented
        case 502, 503, 504: .serviceUnavailable
        case 500...: .internalError
        default: .invalidRequest
        }
    }

    private static func advice(_ kind: ObjectStoreError.Kind) -> String {
        switch kind {
        case .accessDenied, .invalidAccessKeyID, .signatureDoesNotMatch:
            "Check the credentials and the bucket's policy."
        case .noSuchBucket: "Check the bucket's name and region."
        case .noSuchKey: "Check the key, or whether the upload completed."
        case .requestTimeTooSkewed: "Check this machine's clock."
        case .preconditionFailed: "The object exists already, or was replaced."
        default: isTemporary(kind) ? "Try again later." : "The request cannot succeed as it is."
        }
    }

    /// The facts in the headers of a HEAD or GET.
    static func info(_ key: ObjectKey, _ response: HTTPClientResponse) throws -> ObjectInfo {
        let headers = response.headers
        let range = headers.first(name: "content-range").flatMap { $0.split(separator: "/").last }.flatMap { Int64($0) }
        let length = headers.first(name: "content-length").flatMap { Int64($0) }
        guard let size = range ?? length, let etag = headers.first(name: "etag") else {
            throw malformed("Content-Length and ETag")
        }
        return ObjectInfo(
            key: key,
            size: size,
            etag: bare(etag),
            sha256: nil,
            contentType: headers.first(name: "content-type") ?? "application/octet-stream",
            createdAt: headers.first(name: "last-modified").flatMap(HTTPDate.parse) ?? Date(milliseconds: 0),
            metadata: ObjectMetadata(answered: headers.map { HeaderField($0.name, $0.value) })
        )
    }

    /// The offsets a partial answer delivers; `nil` for a whole object. The header counts, not the status: some services send
    /// parts with 200.
    static func range(_ response: HTTPClientResponse) throws -> Range<Int64>? {
        guard let text = response.headers.first(name: "content-range") else { return nil }
        let ends = text.drop { $0 != " " }.dropFirst().prefix { $0 != "/" }.split(separator: "-").compactMap {
            Int64($0)
        }
        guard text.hasPrefix("bytes "), ends.count == 2, ends[0] <= ends[1] else { throw malformed("Content-Range") }
        return ends[0]..<ends[1] + 1
    }

    /// The document of a success, whose root not all services name alike. S3 sends errors with status 200 too when it notices
    /// them late, and blanks before a document that takes its time.
    static func document(_ response: HTTPClientResponse, about key: ObjectKey?) async throws -> XMLNode {
        let body = try await response.body.collect(upTo: documentByteLimit).readableBytesView
        let bytes = Array(body.drop { $0 <= UInt8(ascii: " ") })
        guard let node = XMLNode(document: bytes) else { throw malformed("an XML document") }
        guard node.name != "Error" else { throw error(status: 200, bytes, about: key) }
        return node
    }

    /// Reads a body nobody needs, so that the connection can be used again.
    static func drain(_ response: HTTPClientResponse) async throws {
        _ = try await response.body.collect(upTo: documentByteLimit)
    }

    static func bare(_ etag: String) -> String { etag.filter { $0 != "\"" } }

    static func malformed(_ expected: String) -> ObjectStoreError {
        ObjectStoreError(.internalError, "S3's answer lacks \(expected). Is the endpoint an S3 service?")
    }
}
