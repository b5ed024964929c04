import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import MizzoAPI

/// Sends requests as a person, and checks every answer against what its route declares.
struct Caller: Sendable {
    let platform: Platform
    let client: any TestClientProtocol
    let contract: Contract

    /// What routes declare is the same on every platform, and takes long to write down.
    private static let declared = Result { Contract(table: try Platform().routes()) }

    init(platform: Platform, client: any TestClientProtocol) throws {
        self.platform = platform
        self.client = client
        contract = try Self.declared.get()
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        as person: Person = .stranger,
        token: String? = nil,
        json: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        if let token = try await platform.token(of: person) { headers[.authorization] = "Bearer \(token)" }
        if let token { headers[.authorization] = token }
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let response = try await client.executeRequest(
            uri: path,
            method: method,
            headers: headers,
            body: json.map { ByteBuffer(string: $0) }
        )
        let breaches = contract.breaches(of: response, to: method, path)
        #expect(breaches.isEmpty, "\(method) \(path): \(breaches) in \(response.text.prefix(500))")
        return response
    }

    func get(_ path: String, as person: Person = .stranger, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, path, as: person, headers: headers)
    }

    func post(_ path: String, as person: Person, json: String? = nil) async throws -> TestResponse {
        try await send(.post, path, as: person, json: json)
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
    var bytes: [UInt8] { Array(body.readableBytesView) }

    func object() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    func string(_ member: String) throws -> String { try #require(try object()[member] as? String) }

    func items() throws -> [[String: Any]] { try #require(try object()["items"] as? [[String: Any]]) }
}

/// Checks that an answer is the problem `code`, in RFC 9457 form, and tells nothing of the server's inside.
func expectProblem(
    _ response: TestResponse,
    _ status: HTTPResponse.Status,
    _ code: String,
    pointer: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(response.status == status, "\(response.text)", sourceLocation: sourceLocation)
    #expect(response.headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
    let problem = try JSONDecoder().decode(ProblemDocument.self, from: Data(response.bytes))
    #expect(problem.code == code, sourceLocation: sourceLocation)
    #expect(problem.type == "/problems/\(code)", sourceLocation: sourceLocation)
    #expect(problem.status == status.code, sourceLocation: sourceLocation)
    #expect(problem.instance.hasPrefix("/"), sourceLocation: sourceLocation)
    #expect(!problem.title.isEmpty && problem.detail.count > 10, sourceLocation: sourceLocation)
    #expect(problem.requestId == response.headers[.requestID], sourceLocation: sourceLocation)
    if let pointer {
        #expect(problem.errors.map(\.pointer).contains(pointer), "\(problem.errors)", sourceLocation: sourceLocation)
    }
    for leak in ["/home", ".swift", "SQLITE", "SELECT ", "INSERT ", "Error Domain", "Optional("] {
        #expect(!response.text.contains(leak), sourceLocation: sourceLocation)
    }
}
