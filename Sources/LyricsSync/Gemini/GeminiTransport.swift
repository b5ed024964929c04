import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// One HTTP exchange with Gemini: bounded in time and size, key in a header, no secrets in errors.
struct GeminiTransport: Sendable {
    struct Answer: Sendable {
        let status: Int
        let retryAfterHeader: String?
        let body: Data
    }

    /// The answer was larger than allowed; it was not read to its end.
    struct AnswerTooLarge: Error, Sendable {}

    let client: HTTPClient
    let configuration: GeminiConfiguration

    /// - Throws: ``GeminiError`` of kind `transport`, ``AnswerTooLarge`` or `CancellationError`.
    func send(_ body: Data) async throws -> Answer {
        do {
            return try await withTimeLimit(configuration.timeLimit) { try await exchange(body) }
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch is NIOTooManyBytesError {
            throw AnswerTooLarge()
        } catch let timeout as TimeLimitExceeded {
            throw GeminiError(.transport, "expected an answer, it was \(timeout)")
        } catch {
            try Task.checkCancellation()
            // Only the type and the library's own short name: never the request.
            let name = (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error))"
            throw GeminiError(.transport, "expected an answer, the connection failed (\(name))")
        }
    }

    private func exchange(_ body: Data) async throws -> Answer {
        let base =
            configuration.baseURL.hasSuffix("/") ? String(configuration.baseURL.dropLast()) : configuration.baseURL
        let path = "/\(configuration.apiVersion)/models/\(configuration.model):generateContent"
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "x-goog-api-key", value: configuration.apiKey.secret)
        request.body = .bytes(ByteBuffer(bytes: body))
        // The whole exchange is bounded by the caller; this bounds the wait for the first byte as well.
        let response = try await client.execute(request, deadline: .now() + TimeAmount(configuration.timeLimit))
        let collected = try await response.body.collect(upTo: configuration.responseBytesMax)
        return Answer(
            status: Int(response.status.code),
            retryAfterHeader: response.headers.first(name: "retry-after"),
            body: Data(collected.readableBytesView)
        )
    }
}
