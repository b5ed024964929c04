import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Testing

/// A client as it must be when servers die: it asks again, with the same request, until it hears an answer; later, when it is
/// told that it asks too often.
struct APIClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: Data

        func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: body)
        }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let baseURL: String
    let token: String

    /// Sends a JSON request until it is answered.
    func call(
        _ method: HTTPMethod,
        _ path: String,
        _ body: [String: any Encodable & Sendable] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : baseURL + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if !body.isEmpty {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body.mapValues(AnyEncodable.init))))
        }
        return try await answer(to: request)
    }

    /// Uploads to a presigned URL until it is answered.
    func upload(_ content: Data, to url: String, headers: [String: String]) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .PUT
        for (name, value) in headers where name.lowercased() != "content-length" {
            request.headers.replaceOrAdd(name: name, value: value)
        }
        request.body = .bytes(ByteBuffer(bytes: content))
        return try await answer(to: request)
    }

    /// Whether the server says it is ready. Asked in turns with others, whose time a long wait would be, too.
    static func isReady(_ baseURL: String) async -> Bool {
        let request = HTTPClientRequest(url: baseURL + "/readyz")
        return (try? await HTTPClient.shared.execute(request, timeout: .milliseconds(200)))?.status == .ok
    }

    private func answer(to request: HTTPClientRequest) async throws -> Answer {
        while true {
            do {
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
                let body = try await response.body.collect(upTo: 1 << 20)
                let answer = Answer(status: Int(response.status.code), body: Data(body.readableBytesView))
                switch answer.status {
                case 429: try await pause(.seconds(response.headers.first(name: "Retry-After").flatMap(Int.init) ?? 1))
                case ..<500: return answer
                default: Issue.record("\(request.method) \(request.url): \(answer.status) \(answer.text)")
                }
            } catch {
                try Task.checkCancellation()
            }
            try await pause(.milliseconds(50))
        }
    }
}

private struct AnyEncodable: Encodable {
    let value: any Encodable
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
