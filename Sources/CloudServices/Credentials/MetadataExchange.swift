import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Small requests to a metadata service on this machine: short time limit, few attempts, small answers.
struct MetadataExchange: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    let client: HTTPClient
    private static let attempts = 3
    private static let timeLimit = TimeAmount.seconds(2)
    private static let answerByteLimit = 64 * 1024

    /// - Throws: ``CredentialsError`` when no attempt was answered, `CancellationError`.
    func send(_ method: String, _ url: String, _ headers: [HeaderField], from source: String) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for field in headers { request.headers.add(name: field.name, value: field.value) }
        var last = "no answer"
        for _ in 0..<Self.attempts {
            do {
                let response = try await client.execute(request, timeout: Self.timeLimit)
                let body = Array(try await response.body.collect(upTo: Self.answerByteLimit).readableBytesView)
                if response.status.code < 500 { return Answer(status: Int(response.status.code), body: body) }
                last = "status \(response.status.code)"
            } catch {
                try Task.checkCancellation()
                last = (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error))"
            }
        }
        throw CredentialsError.failed(source, "no useful answer after \(Self.attempts) attempts (\(last))")
    }
}
