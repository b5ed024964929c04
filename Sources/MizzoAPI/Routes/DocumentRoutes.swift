import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /openapi.json`: the description of every route, this one included.
struct DocumentRoutes: Sendable {
    let document: ByteBuffer
    let tag: String

    /// The routes together with the one that describes them all.
    static func describing(_ endpoints: [Endpoint], serverURL: String) throws -> RouteTable {
        let draft = try RouteTable(endpoints: endpoints + DocumentRoutes(document: ByteBuffer()).endpoints)
        let document = try JSON.encode(OpenAPIDocument(table: draft, serverURL: serverURL).json)
        return try RouteTable(endpoints: endpoints + DocumentRoutes(document: document).endpoints)
    }

    private init(document: ByteBuffer) {
        self.document = document
        let digest = SHA256.hash(data: document.readableBytesView).prefix(12)
        tag = "\"\(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())\""
    }

    private var endpoints: [Endpoint] {
        Endpoint.readable(
            "/openapi.json",
            .open(.unowned),
            "This document",
            parameters: [.ifNoneMatch],
            gives: [
                Outcome(
                    .ok,
                    "OpenAPI 3.1.",
                    [.init(type: "application/json", schema: Schema(["type": "object"]))],
                    headers: [.eTag]
                ), .notModified,
            ]
        ) { request, _, _ in respond(to: request) }
    }

    private func respond(to request: Request) -> Response {
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "public, max-age=300"]
        if EntityTag.noneMatchHits(request.headers[.ifNoneMatch], tag: tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = "application/json"
        headers[.contentLength] = String(document.readableBytes)
        return Response(
            status: .ok,
            headers: headers,
            body: request.method == .head ? .init() : .init(byteBuffer: document)
        )
    }
}
