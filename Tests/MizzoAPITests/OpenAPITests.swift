import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import MizzoAPI

private struct NoObjects: EmbeddedObjectRoutes {
    func respond(to request: Request) async throws -> Response { Response(status: .ok) }
}

private func endpoint(
    _ path: String = "/a",
    _ policy: Policy<Endpoint.Handler> = .roles(.signedIn, .unowned),
    parameters: [Parameter] = [],
    gives outcomes: [Outcome] = [.noContent]
) -> Endpoint {
    Endpoint(.get, path, policy, "A test", parameters: parameters, gives: outcomes) { _, _, _ in
        Response(status: .noContent)
    }
}

@Suite("OpenAPI")
struct OpenAPITests {
    @Test("the served document has every registered route and nothing else, but for the HEAD of what can be got")
    func bothWays() async throws {
        let platform = try Platform(objects: NoObjects())
        let router = try await buildRouter(
            configuration: platform.configuration,
            dependencies: platform.dependencies,
            hub: platform.hub
        )
        let declared = Set(try platform.routes().endpoints.map(\.name))
        let registered = router.routes.map { "\($0.method.rawValue) \($0.path)" }
            .filter { declared.contains($0) || !$0.hasPrefix("HEAD ") }.map { $0.replacing("**", with: "{key}") }
        try await platform.run { api in
            let served = try await api.get("/openapi.json")
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(served.bytes))
            let described = operations(document).map { "\($0.method.uppercased()) \($0.path)" }
            #expect(described.sorted() == registered.sorted())
            #expect(member(document, "openapi") == "3.1.0")
        }
    }

    @Test("every operation names itself once and says who may call it, and every reference leads somewhere")
    func operationsAreComplete() throws {
        let platform = try Platform(objects: NoObjects())
        let table = try platform.routes()
        let document = OpenAPIDocument(table: table, serverURL: "").json
        let identifiers = operations(document).map { member($0.json, "operationId") }
        #expect(identifiers.count == Set(identifiers.map { "\($0)" }).count)
        for operation in operations(document) {
            for needed in ["summary", "security", "responses", "x-ownership"] {
                #expect(member(operation.json, needed) != .null, "\(operation.path) \(needed)")
            }
        }
        let targets = references(in: document)
        #expect(targets.count > 50)
        for target in targets {
            let found = target.split(separator: "/").dropFirst().reduce(document) { member($0, String($1)) }
            #expect(found != .null, "\(target)")
        }
    }

    @Test("the document is held by its tag, and a HEAD has no body")
    func caching() async throws {
        try await Platform().run { api in
            let first = try await api.get("/openapi.json")
            let tag = try #require(first.headers[.eTag])
            #expect(first.headers[.cacheControl] == "public, max-age=300")
            #expect(try await api.get("/openapi.json", headers: [.ifNoneMatch: tag]).status == .notModified)
            let head = try await api.send(.head, "/openapi.json")
            #expect(head.headers[.contentLength] == "\(first.bytes.count)" && head.bytes.isEmpty)
        }
    }

    @Test("a table that does not say what it means does not start")
    func refusedTables() {
        let id = Parameter.trackID
        let cases: [([Endpoint], RouteTableError)] = [
            ([endpoint(), endpoint()], .duplicate("GET /a")),
            ([endpoint("/a/{id}", .roles(.signedIn, .unowned), parameters: [id])], .ownerless("GET /a/{id}")),
            ([endpoint("/a", .roles([], .unowned))], .nobody("GET /a")),
            (
                [endpoint("/a/{id}", .roles(.signedIn, .any))],
                .parameters("GET /a/{id}", described: [], expected: ["id"])
            ),
            ([endpoint("/a", parameters: [id])], .parameters("GET /a", described: ["id"], expected: [])),
            ([endpoint(gives: [])], .undescribed("GET /a")),
        ]
        for (endpoints, error) in cases {
            #expect(throws: error) { try RouteTable(endpoints: endpoints) }
            #expect(error.description.count > 20 && error.code == "route-table-invalid")
        }
        #expect(throws: Never.self) { try RouteTable(endpoints: [endpoint(), endpoint("/b")]) }
    }
}

private struct Operation {
    let method: String
    let path: String
    let json: JSONValue
}

private func member(_ value: JSONValue, _ name: String) -> JSONValue {
    guard case .object(let members) = value else { return .null }
    return members[name] ?? .null
}

private func operations(_ document: JSONValue) -> [Operation] {
    guard case .object(let paths) = member(document, "paths") else { return [] }
    return paths.flatMap { path, item -> [Operation] in
        guard case .object(let methods) = item else { return [] }
        return methods.map { Operation(method: $0, path: path, json: $1) }
    }
}

private func references(in value: JSONValue) -> [String] {
    switch value {
    case .object(let members):
        members.flatMap { name, value -> [String] in
            if name == "$ref", case .string(let target) = value { return [target] }
            return references(in: value)
        }
    case .array(let values): values.flatMap { references(in: $0) }
    default: []
    }
}
