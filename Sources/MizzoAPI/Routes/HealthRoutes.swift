import HTTPTypes
import Hummingbird
import Logging

/// `/healthz`: the process answers. `/readyz`: it should be given requests.
struct HealthRoutes: Sendable {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        Endpoint.readable(
            "/healthz",
            .open(.unowned),
            "Whether the process answers",
            gives: [.ok(Answer.self)]
        ) { _, _, _ in try JSON.response(Answer(status: "ok")) }
            + Endpoint.readable(
                "/readyz",
                .open(.unowned),
                "Whether the process should be given requests",
                gives: [.ok(Answer.self)],
                problems: [.notReady]
            ) { _, context, _ in try await ready(context) }
    }

    struct Answer: Encodable, Described {
        static let schema = Schema.object("Health", [.required("status", .string())])
        var status: String
    }

    private func ready(_ context: APIContext) async throws -> Response {
        do {
            try await dependencies.readiness()
        } catch {
            context.logger.warning("not ready", metadata: ["error": .string(String(describing: error).escapedForLog)])
            throw Problem(
                .notReady,
                "Try again later; the cause is in the server's log.",
                headers: [.retryAfter: "5"]
            )
        }
        return try JSON.response(Answer(status: "ready"))
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
        Self.paths.flatMap { path, methods in methods.map { endpoint($0, path) } }
    }

    private func endpoint(_ method: HTTPRequest.Method, _ path: String) -> Endpoint {
        Endpoint(
            method,
            path,
            .signed,
            "The object store's own protocol (S3); its errors are S3's, in XML",
            parameters: path.contains("{bucket}") ? [.path("bucket", .string(), "The bucket.")] : [],
            takes: method == .put || method == .post ? .bytes : nil,
            gives: [
                Outcome(.ok, "The object or the list, or stored.", [.init(type: "*/*", schema: .bytes)]),
                Outcome(.noContent, "Deleted."),
                Outcome(.partialContent, "A range of the object.", [.init(type: "*/*", schema: .bytes)]),
                .notModified,
            ]
        ) { request, _ in try await store.respond(to: request) }
    }
}
