import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// Somebody who uses the API over HTTP, and nothing else.
struct APIUser: Sendable {
    let url: String
    /// `nil`: nobody is signed in.
    var token: String?

    /// One for the whole process, which ends with it. It shows redirects instead of following them.
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow)
    )

    /// An answer, whole.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }

        func object() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any], "\(text)")
        }

        func string(_ member: String) throws -> String { try #require(try object()[member] as? String, "\(text)") }

        /// A member of every item of a list.
        func items(_ member: String) throws -> [String] {
            let items = try #require(try object()["items"] as? [[String: Any]], "\(text)")
            return items.compactMap { $0[member] as? String ?? ($0[member] as? Int).map(String.init) }
        }
    }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ json: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var headers = HTTPHeaders(headers.map { ($0, $1) })
        if let token { headers.add(name: "authorization", value: "Bearer \(token)") }
        if json != nil { headers.add(name: "content-type", value: "application/json") }
        return try await Self.send(method, url + path, headers, json.map { Array($0.utf8) })
    }

    func get(_ path: String, range: String? = nil) async throws -> Answer {
        try await send(.GET, path, headers: range.map { ["range": $0] } ?? [:])
    }

    func post(_ path: String, _ json: String? = nil) async throws -> Answer { try await send(.POST, path, json) }

    /// A request to any address, without a token.
    static func send(
        _ method: HTTPMethod,
        _ url: String,
        _ headers: HTTPHeaders = [:],
        _ body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = headers
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code),
            headers: response.headers,
            bytes: Array(bytes.readableBytesView)
        )
    }
}
