import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

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
}
