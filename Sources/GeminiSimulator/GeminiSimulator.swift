import AsyncHTTPClient
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// A local stand-in for Gemini's `generateContent`, for tests and demonstrations without a key.
///
/// It checks what the service checks (key, model, unknown fields, one datum per part, MIME types, base64), fetches
/// `fileData` addresses itself, and answers from a script: each request takes the next answer, the last one stays.
/// It listens on 127.0.0.1 only.
public final class GeminiSimulator: Sendable {
    private struct State {
        var script: [GeminiAnswer]
        var requests: [RecordedRequest] = []
    }

    /// Largest request, as documented for inline data.
    public static let requestBytesMax = 100_000_000

    /// A path of the simulator with fetchable bytes, for requests that name their audio by address.
    public static let samplePath = "/sample.mp3"

    private let apiKey: String
    private let models: Set<String>
    private let state: Mutex<State>

    /// Creates a simulator that is not yet listening.
    public init(
        apiKey: String,
        models: Set<String> = ["gemini-3-flash-preview"],
        script: [GeminiAnswer] = [.artistLyricsFromRequest]
    ) {
        self.apiKey = apiKey
        self.models = models
        self.state = Mutex(State(script: script))
    }

    /// Every request that reached a model's path, in order; also the ones that were refused.
    public var requests: [RecordedRequest] { state.withLock { $0.requests } }

    /// Replaces the script.
    public func setScript(_ script: [GeminiAnswer]) {
        state.withLock { $0.script = script }
    }

    /// Serves on a free port while `body` runs; `body` gets the base URL.
    public func withServer<Value: Sendable>(
        _ body: @Sendable (_ baseURL: String) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, announcement) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                defer { announcement.finish() }
                try await self.serve(port: 0) { announcement.yield($0) }
            }
            defer { group.cancelAll() }
            guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
            return try await body("http://127.0.0.1:\(port)")
        }
    }

    /// Serves until the task is cancelled or the process is asked to stop.
    ///
    /// - Parameter onReady: gets the port once it is open.
    public func serve(port: Int, onReady: @escaping @Sendable (Int) -> Void) async throws {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: .seconds(2), read: .seconds(10))
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var logger = Logger(label: "gemini-simulator")
        logger.logLevel = .error
        let app = Application(
            router: router(client),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "gemini-simulator"),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        do {
            try await app.run()
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func router(_ client: HTTPClient) -> Router<BasicRequestContext> {
        let router = Router()
        for version in ["v1beta", "v1"] {
            router.post("/\(version)/models/:call") { [self] request, context in
                let call = try context.parameters.require("call")
                return try await respond(to: request, version: version, call: call, client)
            }
        }
        // Something an address in a request can point at.
        router.get(RouterPath(Self.samplePath)) { _, _ in ByteBuffer(string: "ID3 not really audio") }
        return router
    }

    private func respond(
        to request: Request,
        version: String,
        call: String,
        _ client: HTTPClient
    ) async throws -> Response {
        let bytes = try await request.body.collect(upTo: Self.requestBytesMax)
        let body = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes.readableBytesView))
        let recorded = RecordedRequest(path: request.uri.path, body: body ?? .null)
        state.withLock { $0.requests.append(recorded) }
        let refusal = try await refusal(of: request, recorded, version: version, call: call, client)
        var answer = refusal ?? nextAnswer()
        if case .computed(let compute) = answer.form { answer = compute(recorded) }
        if answer.delay > .zero { try await Task.sleep(for: answer.delay) }
        return Self.response(answer)
    }

    private func refusal(
        of request: Request,
        _ recorded: RecordedRequest,
        version: String,
        call: String,
        _ client: HTTPClient
    ) async throws -> GeminiAnswer? {
        let query = request.uri.queryParameters.get("key")
        let header = HTTPField.Name("x-goog-api-key").flatMap { request.headers[$0] }
        guard let key = header ?? query else { return .unregistered }
        guard key == apiKey else { return .invalidKey }
        let parts = call.split(separator: ":")
        guard parts.count == 2, parts[1] == "generateContent", models.contains(String(parts[0])) else {
            return .modelNotFound(String(parts.first ?? ""), version: version)
        }
        guard recorded.body != .null else { return .error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.") }
        if let violation = RequestRules().violation(in: recorded.body) {
            return .error(400, "INVALID_ARGUMENT", violation)
        }
        guard let uri = recorded.fileURI else { return nil }
        return await canFetch(uri, client) ? nil : .cannotFetch
    }

    private func canFetch(_ uri: String, _ client: HTTPClient) async -> Bool {
        guard let response = try? await client.execute(HTTPClientRequest(url: uri), timeout: .seconds(10)) else {
            return false
        }
        guard response.status.code == 200 else { return false }
        let body = try? await response.body.collect(upTo: Self.requestBytesMax)
        return (body?.readableBytes ?? 0) > 0
    }

    private func nextAnswer() -> GeminiAnswer {
        state.withLock { state in
            guard state.script.count > 1 else {
                return state.script.first ?? .error(500, "INTERNAL", "The simulator has no script.")
            }
            return state.script.removeFirst()
        }
    }

    private struct ConnectionCut: Error {}

    private static func response(_ answer: GeminiAnswer) -> Response {
        switch answer.form {
        case .response(let status, let contentType, let headers, let body):
            var fields: HTTPFields = [.contentType: contentType]
            for (name, value) in headers {
                if let name = HTTPField.Name(name) { fields[name] = value }
            }
            let content = ResponseBody(byteBuffer: ByteBuffer(string: body))
            return Response(status: .init(code: status), headers: fields, body: content)
        case .cutConnection:
            let body = ResponseBody(contentLength: 1_000) { writer in
                try await writer.write(ByteBuffer(string: "{\"candidates\": [{\"content\""))
                throw ConnectionCut()
            }
            return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
        case .computed:
            return Response(status: .internalServerError)
        }
    }
}
