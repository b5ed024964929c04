import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Sends signed requests to one endpoint and repeats those that may succeed later.
struct SignedHTTPClient: Sendable {
    /// What an attempt's answer means.
    enum Verdict<Answer> {
        case done(Answer)
        /// Try again; `after` is what the service asked for.
        case again(any Error, after: Duration? = nil)
        /// The credentials are not accepted any more: ask their source, then try again.
        case renewCredentials(any Error)
    }

    /// Which attempt an answer belongs to.
    struct Attempt: Sendable {
        /// From 1.
        let number: Int
        /// Whether an earlier attempt may have had its effect although its answer is unknown.
        var mayHaveHappened: Bool { number > 1 }
    }

    let client: HTTPClient
    let endpoint: ServiceEndpoint
    let region: String
    let service: String
    let credentials: CachedCredentials
    let backOff: BackOff
    let now: @Sendable () -> Date

    /// The longest time until an answer begins; a body is bounded by the client's own idle limit.
    private static let headLimit = TimeAmount.minutes(5)

    /// Sends `request` until `judge` is content or the attempts are used up.
    ///
    /// - Throws: what `judge` found last, ``ServiceUnreachable``, ``CredentialsError``, `CancellationError`.
    func perform<Answer>(
        _ request: ServiceRequest,
        judge: (HTTPClientResponse, Attempt) async throws -> Verdict<Answer>
    ) async throws -> Answer {
        var attempt = 1
        while true {
            let verdict = try await verdict(request, Attempt(number: attempt), judge)
            let failure: (any Error, Duration?)
            switch verdict {
            case .done(let answer): return answer
            case .again(let error, let asked): failure = (error, asked)
            case .renewCredentials(let error): failure = (error, .zero)
            }
            guard attempt < backOff.attemptsMax else { throw failure.0 }
            try await backOff.sleep(backOff.pause(after: attempt, asked: failure.1))
            attempt += 1
        }
    }

    private func verdict<Answer>(
        _ request: ServiceRequest,
        _ attempt: Attempt,
        _ judge: (HTTPClientResponse, Attempt) async throws -> Verdict<Answer>
    ) async throws -> Verdict<Answer> {
        let pair = try await credentials.current()
        let signed = try signed(request, with: pair)
        do {
            let response = try await client.execute(signed, deadline: .now() + Self.headLimit)
            let verdict = try await judge(response, attempt)
            if case .renewCredentials = verdict { await credentials.discard(pair) }
            return verdict
        } catch let error where Self.isTransport(error) {
            try Task.checkCancellation()
            return .again(ServiceUnreachable(endpoint: endpoint, error))
        }
    }

    /// Errors of the connection, as opposed to those `judge` throws.
    static func isTransport(_ error: any Error) -> Bool {
        !(error is ObjectStoreError || error is ServiceFailure || error is QueueError || error is CancellationError)
    }

    private func signed(_ request: ServiceRequest, with pair: AWSCredentials) throws -> HTTPClientRequest {
        let head = RequestHead(
            method: request.method,
            path: request.path,
            query: request.query.wire,
            headers: [HeaderField("Host", endpoint.hostHeader)] + request.headers
        )
        let signer = SigV4Signer(credentials: pair, region: region, service: service)
        let added = try signer.sign(head, payload: .bytes(request.body), at: now()).headers
        let query = head.query.isEmpty ? "" : "?\(head.query)"
        var signed = HTTPClientRequest(url: "\(endpoint.origin)\(head.path)\(query)")
        signed.method = HTTPMethod(rawValue: request.method)
        for field in head.headers + added { signed.headers.add(name: field.name, value: field.value) }
        if !request.body.isEmpty || ["PUT", "POST"].contains(request.method) {
            signed.body = .bytes(ByteBuffer(bytes: request.body))
        }
        return signed
    }
}

/// No answer from a service, although it was asked several times.
public struct ServiceUnreachable: Error, Sendable, CustomStringConvertible {
    /// Stable kebab-case name.
    public var code: String { "cloud-service-unreachable" }
    /// Where it should be.
    public let origin: String
    /// The connection's own short reason; never the request.
    public let reason: String

    init(endpoint: ServiceEndpoint, _ error: any Error) {
        origin = endpoint.origin
        reason = (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error)): \(error)"
    }

    /// The code and the sentence.
    public var description: String {
        "\(code): \(origin) does not answer (\(reason)). Check the endpoint, the network and the service."
    }
}

/// How a process's HTTP client must be set up for cloud services.
public enum CloudHTTP {
    /// No redirects (a signature belongs to one address), HTTP/1.1, and limits for silence.
    public static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(60), write: .seconds(60)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        return configuration
    }
}

extension HTTPHeaders {
    /// `Retry-After` in seconds; dates are not taken.
    var retryAfter: Duration? {
        first(name: "retry-after").flatMap { Int64($0) }.map { .seconds(Swift.max(0, $0)) }
    }
}
