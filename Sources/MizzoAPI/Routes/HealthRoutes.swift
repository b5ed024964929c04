import HTTPTypes
import Hummingbird
import Logging

/// `/healthz`: the process answers. `/readyz`: it should be given requests.
struct HealthRoutes: Sendable {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        Endpoint.readable("/healthz", .open { _, _, _ in try JSON.response(["status": "ok"]) })
            + Endpoint.readable("/readyz", .open { _, context, _ in try await ready(context) })
    }

    private func ready(_ context: APIContext) async throws -> Response {
        do {
            try await dependencies.readiness()
        } catch {
            context.logger.warning("not ready", metadata: ["error": .string(String(describing: error).escapedForLog)])
            throw Problem(
                .serviceUnavailable,
                code: "not-ready",
                title: "The service is not ready",
                detail: "Try again later; the cause is in the server's log.",
                headers: [.retryAfter: "5"]
            )
        }
        return try JSON.response(["status": "ready"])
    }
}

/// The embedded object store, mounted below `/objects`.
struct ObjectRoutes: Sendable {
    let store: any EmbeddedObjectRoutes

    /// S3's own paths: the service, the bucket, its objects.
    private static let paths: [(String, [HTTPRequest.Method])] = [
        ("/objects", [.get]), ("/objects/{bucket}", [.get, .head, .post]),
        ("/objects/{bucket}/**", [.get, .head, .put, .post, .delete]),
    ]

    var endpoints: [Endpoint] {
        Self.paths.flatMap { path, methods in
            methods.map { method in
                Endpoint(method, path, .delegated { request, _ in try await store.respond(to: request) })
            }
        }
    }
}
