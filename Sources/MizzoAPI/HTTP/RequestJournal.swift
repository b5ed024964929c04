import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

extension HTTPField.Name {
    static let requestID = Self(token: "x-request-id")
    static let idempotencyKey = Self(token: "idempotency-key")
    static let idempotentReplay = Self(token: "idempotent-replay")
    static let contentTypeOptions = Self(token: "x-content-type-options")

    /// A name known to be a token at compile time.
    private init(token name: StaticString) {
        guard let field = HTTPField.Name(name.description) else { preconditionFailure("\(name) is not a token") }
        self = field
    }
}

/// Gives every request an id, puts it on the answer, and logs one line per request. Paths are logged, queries are not:
/// presigned ones carry signatures.
struct RequestJournal: RouterMiddleware {
    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let id = Self.identifier(offered: request.headers[.requestID])
        var context = context
        context.requestID = id
        context.logger[metadataKey: "request-id"] = .string(id)
        var response = try await next(request, context)
        response.headers[.requestID] = id
        response.headers[.contentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        context.logger.info(
            "request answered",
            metadata: [
                "method": .string(request.method.rawValue),
                "path": .string(request.uri.path.escapedForLog),
                "status": .stringConvertible(response.status.code),
            ]
        )
        return response
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
