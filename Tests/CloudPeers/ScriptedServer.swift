import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An HTTP server on a free port of this machine that answers as a test says, and remembers what it was asked.
package final class ScriptedServer: Sendable {
    /// A request that came.
    package struct Asked: Sendable {
        package let method: String
        package let path: String
        package let query: String
        package let headers: HTTPFields
        package let body: [UInt8]
    }

    /// One answer.
    package struct Answer: Sendable {
        package var status: Int
        package var headers: [String: String]
        package var body: [UInt8]
        /// Bytes after which the connection breaks; `nil`: it does not.
        package var breaksAfter: Int?

        package init(
            _ status: Int,
            _ headers: [String: String] = [:],
            _ body: some Sequence<UInt8> = [],
            breaksAfter: Int? = nil
        ) {
            self.status = status
            self.headers = headers
            self.body = Array(body)
            self.breaksAfter = breaksAfter
        }
    }

    private struct Broken: Error {}

    private let asked = Mutex<[Asked]>([])
    private let respond: @Sendable (Asked) async throws -> Answer

    package init(respond: @escaping @Sendable (Asked) async throws -> Answer) {
        self.respond = respond
    }

    /// A server that gives each of the answers once; the last one stays.
    package convenience init(_ answers: [Answer]) {
        let rest = Mutex(answers[...])
        self.init { _ in
            rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? Answer(500) }
        }
    }

    /// Everything that was asked, in order.
    package var requests: [Asked] { asked.withLock { $0 } }

    /// Serves while `body` runs; `body` gets the base URL.
    package func serving<Value: Sendable>(
        _ body: @Sendable (_ url: String) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, announcement) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                defer { announcement.finish() }
                try await self.run { announcement.yield($0) }
            }
            defer { group.cancelAll() }
            guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
            return try await body("http://127.0.0.1:\(port)")
        }
    }

    private func run(_ onReady: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "scripted-server")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.answer(request) },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { onReady($0.localAddress?.port ?? 0) },
            logger: logger
        )
        try await application.run()
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 64 << 20)
        let asked = Asked(
            method: request.method.rawValue,
            path: request.uri.path,
            query: request.uri.query ?? "",
            headers: request.headers,
            body: Array(body.readableBytesView)
        )
        self.asked.withLock { $0.append(asked) }
        let answer = try await respond(asked)
        var fields = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let length = fields[.contentLength].flatMap { Int($0) } ?? answer.body.count
        let content = ResponseBody(contentLength: length) { writer in
            try await writer.write(ByteBuffer(bytes: answer.body.prefix(answer.breaksAfter ?? .max)))
            guard answer.breaksAfter == nil else { throw Broken() }
            try await writer.finish(nil)
        }
        return Response(status: .init(code: answer.status), headers: fields, body: content)
    }
}
