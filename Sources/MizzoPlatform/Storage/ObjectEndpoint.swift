import CloudServices
import HTTPTypes
import Hummingbird
import MizzoAPI
import NIOCore

/// Serves the embedded object store to holders of presigned requests and to S3's own clients.
struct ObjectEndpoint: EmbeddedObjectRoutes {
    let handler: ObjectRequestHandler
    /// Called after an object was stored.
    let onUpload: @Sendable () -> Void

    func respond(to request: Request) async throws -> Response {
        let fields = request.headers.map { HeaderField($0.name.rawName, $0.value) }
        let head = RequestHead(
            method: request.method.rawValue,
            path: request.uri.path,
            query: request.uri.query ?? "",
            headers: [HeaderField("Host", request.head.authority ?? "")] + fields
        )
        let answer = await handler.respond(to: head, body: request.body.map { $0.readableBytesView })
        if request.method == .put || request.method == .post, answer.status == 200 { onUpload() }
        return Self.response(answer)
    }

    private static func response(_ answer: ObjectResponse) -> Response {
        var headers = HTTPFields()
        for field in answer.headers {
            if let name = HTTPField.Name(field.name) { headers.append(HTTPField(name: name, value: field.value)) }
        }
        let status = HTTPResponse.Status(code: answer.status)
        switch answer.body {
        case .none: return Response(status: status, headers: headers)
        case .bytes(let bytes):
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .object(let object):
            let length = answer.header("Content-Length").flatMap { Int($0) }
            let body = ResponseBody(contentLength: length) { writer in
                for try await chunk in object { try await writer.write(ByteBuffer(bytes: chunk)) }
                try await writer.finish(nil)
            }
            return Response(status: status, headers: headers, body: body)
        }
    }
}
