import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A response that is small enough to be kept and given again.
struct Answer: Equatable, Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ByteBuffer

    var response: Response { Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body)) }

    init(status: HTTPResponse.Status, headers: HTTPFields, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON.
    init(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: try JSON.encode(value))
    }

    /// The response of a handler, its body written out.
    init(collecting response: Response) async throws {
        let sink = BodySink()
        try await response.body.write(sink)
        self.init(status: response.status, headers: response.headers, body: sink.bytes)
    }
}

/// Keeps what is written to it.
private final class BodySink: ResponseBodyWriter, Sendable {
    private let buffer = Mutex(ByteBuffer())

    var bytes: ByteBuffer { buffer.withLock { $0 } }

    func write(_ buffer: ByteBuffer) {
        self.buffer.withLock { kept in
            var part = buffer
            kept.writeBuffer(&part)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}
