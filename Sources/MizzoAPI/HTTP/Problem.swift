import FoundationEssentials
import HTTPTypes
import Hummingbird

/// One wrong member of a request body.
public struct FieldError: Codable, Equatable, Sendable {
    /// JSON Pointer (RFC 6901) into the body.
    public var pointer: String
    /// What is wrong with it.
    public var detail: String
}

/// An error answer in the making; ``ProblemRendering`` turns it into `application/problem+json` (RFC 9457).
public struct Problem: Error, Equatable, Sendable {
    /// The HTTP status.
    public var status: HTTPResponse.Status
    /// Stable, kebab-case.
    public var code: String
    /// The same sentence for every occurrence of the code.
    public var title: String
    /// What happened this time and what to do; never a path, a statement or a stack.
    public var detail: String
    /// Wrong members of the body.
    public var errors: [FieldError] = []
    /// Further header fields, such as `WWW-Authenticate`.
    public var headers: HTTPFields = [:]

    /// A problem to throw out of a handler or an ``EmbeddedObjectRoutes``.
    public init(
        _ status: HTTPResponse.Status,
        code: String,
        title: String,
        detail: String,
        errors: [FieldError] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }
}

/// The body as it goes over the wire.
struct ProblemDocument: Codable, Equatable, Described {
    static let schema = Schema.object(
        "Problem",
        [
            .required("type", .string()), .required("title", .string()), .required("status", .integer(400...599)),
            .required("detail", .string()), .required("instance", .string()), .required("code", .string()),
            .required("requestId", .string()),
            .required(
                "errors",
                .array(
                    of: .object("FieldError", [.required("pointer", .string()), .required("detail", .string())])
                )
            ),
        ]
    )

    var type: String
    var title: String
    var status: Int
    var detail: String
    var instance: String
    var code: String
    var requestId: String
    var errors: [FieldError]
}

extension Problem {
    func response(instance: String, requestID: String, typeBase: String, withBody: Bool) -> Response {
        let document = ProblemDocument(
            type: typeBase + code,
            title: title,
            status: status.code,
            detail: detail,
            instance: instance,
            code: code,
            requestId: requestID,
            errors: errors
        )
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        let bytes = (try? JSON.encode(document)) ?? ByteBuffer()
        headers[.contentLength] = String(bytes.readableBytes)
        return Response(status: status, headers: headers, body: withBody ? .init(byteBuffer: bytes) : .init())
    }
}
