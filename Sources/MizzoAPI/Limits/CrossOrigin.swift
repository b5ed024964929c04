import HTTPTypes
import Hummingbird

/// Lets web pages of configured origins use the API (Fetch standard, CORS). No credentials: tokens travel in a header
/// that a page sets itself, so there are no cookies to protect.
struct CrossOrigin: RouterMiddleware {
    let origins: Set<String>
    let table: RouteTable

    private static let requestHeaders =
        "Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range, Idempotency-Key, Last-Event-ID, "
        + "X-Request-Id"
    private static let exposedHeaders =
        "ETag, Location, Content-Range, Accept-Ranges, Last-Modified, Retry-After, RateLimit, RateLimit-Policy, "
        + "Idempotent-Replay, X-Request-Id"

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            return preflight(request, origin)
        }
        var response = try await next(request, context)
        response.headers.addVary("Origin")
        if let origin {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.accessControlExposeHeaders] = Self.exposedHeaders
        }
        return response
    }

    /// A page of another origin learns nothing: the answer has no CORS fields, and its browser stops there.
    private func preflight(_ request: Request, _ origin: String?) -> Response {
        var headers: HTTPFields = [
            .vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        ]
        let methods = table.methods(at: request.uri.path).map(\.rawValue).sorted()
        if let origin, !methods.isEmpty {
            headers[.accessControlAllowOrigin] = origin
            headers[.accessControlAllowMethods] = methods.joined(separator: ", ")
            headers[.accessControlAllowHeaders] = Self.requestHeaders
            headers[.accessControlMaxAge] = "600"
        }
        return Response(status: .noContent, headers: headers)
    }
}

extension HTTPFields {
    /// Adds a name to `Vary`.
    mutating func addVary(_ name: String) {
        let names = self[.vary].map { $0 + ", " } ?? ""
        self[.vary] = names + name
    }
}
