import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// AWS's JSON protocols: every operation is a `POST /` with its name in `X-Amz-Target`.
struct JSONServiceClient: Sendable {
    let http: SignedHTTPClient
    /// What stands before the dot of `X-Amz-Target`.
    let target: String
    /// `1.0` for SQS, `1.1` for ECS.
    let version: String

    private static let answerByteLimit = 16 << 20
    private static let retried: Set<String> = [
        "InternalError", "InternalFailure", "InternalServerError", "ServerException", "ServiceUnavailable",
        "ServiceUnavailableException", "Throttling", "ThrottlingException", "ThrottledException",
        "RequestThrottled", "RequestThrottledException", "TooManyRequestsException", "RequestTimeout",
        "RequestTimeoutException", "OverLimit",
    ]
    private static let stale: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException",
    ]

    /// Calls an operation.
    /// - Throws: ``ServiceFailure`` as soon as repeating is useless, and what ``SignedHTTPClient`` throws.
    func call<Output: Decodable>(
        _ operation: String,
        _ input: some Encodable,
        as output: Output.Type = Output.self
    ) async throws -> Output {
        try await http.perform(request(operation, input)) { response, _ in
            let body = try await response.body.collect(upTo: Self.answerByteLimit)
            let data = Data(body.readableBytesView)
            guard response.status.code == 200 else { return try Self.verdict(operation, response, data) }
            do {
                return .done(try JSONDecoder().decode(Output.self, from: data.isEmpty ? Data("{}".utf8) : data))
            } catch {
                throw ServiceFailure(operation, status: 200, type: "MalformedAnswer", message: "\(error)")
            }
        }
    }

    private func request(_ operation: String, _ input: some Encodable) throws -> ServiceRequest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ServiceRequest(
            method: "POST",
            path: "/",
            headers: [
                HeaderField("Content-Type", "application/x-amz-json-\(version)"),
                HeaderField("X-Amz-Target", "\(target).\(operation)"),
            ],
            body: Array(try encoder.encode(input))
        )
    }

    private static func verdict<Answer>(
        _ operation: String,
        _ response: HTTPClientResponse,
        _ body: Data
    ) throws -> SignedHTTPClient.Verdict<Answer> {
        let failure = ServiceFailure(operation, status: Int(response.status.code), headers: response.headers, body)
        if stale.contains(failure.type) { return .renewCredentials(failure) }
        if failure.status >= 500 || failure.status == 429 || retried.contains(failure.type) {
            return .again(failure, after: response.headers.retryAfter)
        }
        throw failure
    }
}
