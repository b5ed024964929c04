import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

extension HTTPField.Name {
    static let requestID = Self(token: "x-request-id")
    static let idempotencyKey = Self(token: "idempotency-key")
    static let idempotentReplay = Self(token: "idempotent-replay")
    static let forwardedFor = Self(token: "x-forwarded-for")
    static let lastEventID = Self(token: "last-event-id")
    static let accelBuffering = Self(token: "x-accel-buffering")
    static let rateLimit = Self(token: "ratelimit")
    static let rateLimitPolicy = Self(token: "ratelimit-policy")
    static let contentTypeOptions = Self(token: "x-content-type-options")

    /// A name known to be a token at compile time.
    private init(token name: StaticString) {
        guard let field = HTTPField.Name(name.description) else { preconditionFailure("\(name) is not a token") }
        self = field
    }
}

/// Gives every request an id, puts it on the answer, counts the request, and logs one line. Paths are logged, queries
/// are not: presigned ones carry signatures.
struct RequestJournal: RouterMiddleware {
    let metrics: RequestMetrics

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let id = Self.identifier(offered: request.headers[.requestID])
        var context = context
        context.requestID = id
        context.logger[metadataKey: "request-id"] = .string(id)
        metrics.began()
        let clock = ContinuousClock()
        let start = clock.now
        // Nothing is thrown: the rendering of problems lies further in.
        var response = try await next(request, context)
        let seconds = (clock.now - start) / .seconds(1)
        response.headers.append(contentsOf: context.record.headers)
        response.headers[.requestID] = id
        response.headers[.contentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        note(request, response.status, seconds, context)
        return request.method == .head ? response.withoutBody() : response
    }

    private func note(_ request: Request, _ status: HTTPResponse.Status, _ seconds: Double, _ context: APIContext) {
        metrics.ended(
            .init(method: Self.label(request.method), route: context.record.route, status: status.code),
            seconds: seconds
        )
        context.logger.info(
            "request answered",
            metadata: [
                "method": .string(request.method.rawValue),
                "path": .string(request.uri.path.escapedForLog),
                "status": .stringConvertible(status.code),
                "milliseconds": .stringConvertible(Int(seconds * 1000)),
                "user": .string((context.record.user ?? "").escapedForLog),
            ]
        )
    }

    /// The method, or `other`: clients must not be able to invent time series.
    private static func label(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .put, .post, .delete, .patch, .options]
        return known.contains(method) ? method.rawValue : "other"
    }

    /// The client's id if it is 8 to 128 characters out of letters, digits, `.`, `_`, `-`; else a random one.
    static func identifier(offered: String?) -> String {
        guard let offered, (8...128).contains(offered.utf8.count),
            offered.utf8.allSatisfy({ isIdentifierByte($0) })
        else { return UUID().uuidString.lowercased() }
        return offered
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension Response {
    /// The answer to a `HEAD`: the header fields of the `GET` and nothing after them. Setting `body` would set the length, too.
    fileprivate func withoutBody() -> Response {
        var head = createHeadResponse()
        if body.contentLength == nil { head.headers[.contentLength] = headers[.contentLength] }
        return head
    }
}
