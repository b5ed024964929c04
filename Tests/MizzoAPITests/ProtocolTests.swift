import DurableSQLite
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private struct NotYet: Error {}

private struct ProbeForm: RequestBodyForm {
    static let schema = Schema.object(
        "Probe",
        [.required("contentType", .string()), .required("byteCount", .integer)]
    )
    var contentType: String
}

@Suite("Protocol")
struct ProtocolTests {
    @Test(
        "bodies that are not the form are 400 with a pointer",
        arguments: [
            ("", ""), ("{", ""), ("[]", ""), ("null", ""), ("7", ""), (#"{"contentType":"audio/mpeg"}"#, "/byteCount"),
            (#"{"contentType":"audio/mpeg","byteCount":"1"}"#, "/byteCount"),
            (#"{"contentType":"audio/mpeg","byteCount":1.5}"#, ""),
            (#"{"contentType":["a"],"byteCount":1}"#, "/contentType"),
            (#"{"contentType":"audio/mpeg","byteCount":1,"status":"PUBLISHED"}"#, "/status"),
            (#"{"contentType":"audio/mpeg","byteCount":1,"ownerId":"x"}"#, "/ownerId"),
            (#"{"contentType":"audio/mpeg","byteCount":1,"a/b~c":1}"#, "/a~1b~0c"),
            (String(repeating: "[", count: 100_000), ""),
        ]
    )
    func notTheForm(json: String, pointer: String) async throws {
        try await Platform().run { api in
            let response = try await api.post("/utils/upload-url", as: .artist, json: json)
            try expectProblem(response, .badRequest, "json-invalid", pointer: pointer)
        }
    }

    @Test("a body above 1 MiB is 413, declared or not, and another content type is 415")
    func limits() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let big = #"{"contentType":"\#(String(repeating: "a", count: 1 << 20))","byteCount":1}"#
            let response = try await api.post("/utils/upload-url", as: .artist, json: big)
            try expectProblem(response, .contentTooLarge, "body-too-large")
            let undeclared = Request(
                head: .init(
                    method: .post,
                    scheme: nil,
                    authority: nil,
                    path: "/",
                    headerFields: [.contentType: "application/json"]
                ),
                body: .init(buffer: ByteBuffer(string: big))
            )
            await #expect(throws: (any Error).self) {
                try await JSON.body(ProbeForm.self, of: undeclared, limit: 1 << 20)
            }
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
                let odd = try await api.send(
                    .post,
                    "/utils/upload-url",
                    as: .artist,
                    json: "{}",
                    headers: [.contentType: type]
                )
                try expectProblem(odd, .unsupportedMediaType, "content-type-unsupported")
            }
            let json = #"{"contentType":"audio/mpeg","byteCount":1}"#
            let fine = try await api.send(
                .post,
                "/utils/upload-url",
                as: .artist,
                json: json,
                headers: [.contentType: "Application/JSON ; charset=utf-8"]
            )
            #expect(fine.status == .created)
        }
    }

    @Test("an unknown path is 404 and an unknown method 405 with Allow")
    func unknown() async throws {
        try await Platform().run { api in
            for path in ["/", "/nothing", "/track/a/b/c", "/admin", "/objects/b/k"] {
                try expectProblem(try await api.get(path), .notFound, "route-not-found")
            }
            let response = try await api.send(.delete, "/hls/a/b")
            try expectProblem(response, .methodNotAllowed, "method-not-allowed")
            #expect(response.headers[.allow] == "GET, HEAD")
            let literal = try await api.get("/track/upload")
            #expect(literal.headers[.allow] == "POST")
        }
    }

    @Test("whatever can be got can be asked about")
    func heads() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        try await platform.run { api in
            for (path, person) in [
                ("/track/\(id)", Person.stranger), ("/track", .artist), ("/notification", .listener),
            ] {
                let whole = try await api.get(path, as: person)
                let head = try await api.send(.head, path, as: person)
                #expect(head.status == .ok && head.bytes.isEmpty)
                #expect(head.headers[.contentLength] == String(whole.bytes.count))
                #expect(head.headers[.eTag] == whole.headers[.eTag])
            }
            #expect(try await api.send(.head, "/track").status == .unauthorized)
            #expect(try await api.send(.delete, "/track/\(id)").headers[.allow] == "GET, HEAD")
            #expect(try await api.send(.head, "/track/upload").status == .methodNotAllowed)
        }
    }

    @Test("a body in another coding is refused instead of misread")
    func contentCoding() async throws {
        try await Platform().run { api in
            let headers: HTTPFields = [.contentEncoding: "gzip"]
            let json = #"{"title":"Mine"}"#
            let coded = try await api.send(.post, "/playlist", as: .listener, json: json, headers: headers)
            try expectProblem(coded, .unsupportedMediaType, "content-type-unsupported")
        }
    }

    @Test("a harmless request id comes back and any other is replaced")
    func requestIDs() async throws {
        try await Platform().run { api in
            let kept = try await api.get("/healthz", headers: [.requestID: "req-0123.ABC_x"])
            #expect(kept.headers[.requestID] == "req-0123.ABC_x")
            for bad in ["short", "with space 1", "quote\"quote", String(repeating: "a", count: 129), "ünïcode-1"] {
                let response = try await api.get("/healthz", headers: [.requestID: bad])
                #expect(response.headers[.requestID] != bad)
                #expect(response.headers[.requestID]?.count == 36)
            }
        }
    }

    @Test("health is always well; readiness follows the closure and tells nothing of the cause")
    func health() async throws {
        let platform = try Platform()
        try await platform.run { api in
            for path in ["/healthz", "/readyz"] {
                let response = try await api.get(path)
                #expect(response.status == .ok)
            }
        }
        var dependencies = platform.dependencies
        dependencies.readiness = { throw NotYet() }
        let application = try await buildApplication(
            configuration: platform.configuration,
            dependencies: dependencies
        )
        try await application.test(.router) { client in
            let response = try await Caller(platform: platform, client: client).get("/readyz")
            try expectProblem(response, .serviceUnavailable, "not-ready")
            #expect(!response.text.contains("NotYet"))
        }
    }

    @Test("a full volume is our fault that passes: 503, and the cause stays in the log")
    func fullVolume() async throws {
        let platform = try Platform()
        var dependencies = platform.dependencies
        dependencies.database = FullDatabase()
        let application = try await buildApplication(
            configuration: platform.configuration,
            dependencies: dependencies
        )
        try await application.test(.router) { client in
            let response = try await Caller(platform: platform, client: client).get("/track/01980198-aaaa")
            try expectProblem(response, .serviceUnavailable, "not-ready")
            #expect(response.headers[.retryAfter] == "5")
            #expect(!response.text.contains("mizzo.sqlite"))
        }
    }

    @Test("answers are not sniffed and not stored unless they say so")
    func defaultHeaders() async throws {
        try await Platform().run { api in
            for path in ["/healthz", "/notification", "/nothing"] {
                let response = try await api.get(path, as: .artist)
                #expect(response.headers[.cacheControl] == "no-store")
                #expect(response.headers[.contentTypeOptions] == "nosniff")
            }
        }
    }

    @Test("over a socket, too many header fields are refused and a range streams")
    func live() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        platform.media.put(MediaKeys.rawTrack(id), Array(repeating: 7, count: 100_000))
        let application = try await buildApplication(
            configuration: platform.configuration,
            dependencies: platform.dependencies
        )
        try await application.test(.live) { client in
            let part = try await client.executeRequest(
                uri: "/stream/\(id)",
                method: .get,
                headers: [.range: "bytes=10-60009"],
                body: nil
            )
            #expect(part.status == .partialContent)
            #expect(part.body.readableBytes == 60_000)
            let head = try await client.executeRequest(uri: "/stream/\(id)", method: .head, headers: [:], body: nil)
            #expect(head.headers[.contentLength] == "100000")
            var many = HTTPFields()
            for number in 0..<200 {
                many.append(.init(name: try #require(HTTPField.Name("x-filler-\(number)")), value: "x"))
            }
            let refused = try? await client.executeRequest(uri: "/healthz", method: .get, headers: many, body: nil)
            #expect(refused?.status != .ok)
        }
    }

    @Test("issued identifiers are lower-case UUIDs of version 7 in the order of time")
    func identifiers() {
        let ids = (0..<50).map { UploadID.timeOrdered(at: Platform.start + Double($0) / 100).rawValue }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == 50)
        #expect(ids.allSatisfy { $0.count == 36 && $0 == $0.lowercased() && Array($0)[14] == "7" })
        #expect(ids.allSatisfy { "89ab".contains(Array($0)[19]) })
    }
}

/// A database on a volume without space.
private struct FullDatabase: DatabaseAccess {
    private static let failure = DatabaseFailure(.storageFull, "no space left for \"mizzo.sqlite\".")

    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        throw Self.failure
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        throw Self.failure
    }
}
