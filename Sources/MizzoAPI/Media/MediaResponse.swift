import HTTPTypes
import Hummingbird
import NIOCore

/// Serves an object by RFC 9110: conditional requests, one byte range, `HEAD`.
struct MediaResponse: Sendable {
    let object: MediaObject
    let contentType: String
    let cacheControl: String

    /// `Range` counts for `GET` only, as section 14.2 asks; `HEAD` describes the whole.
    func response(to request: Request, _ context: APIContext) async throws -> Response {
        let tag = "\"\(object.etag)\""
        var headers: HTTPFields = [.eTag: tag, .cacheControl: cacheControl, .acceptRanges: "bytes"]
        if EntityTag.noneMatchHits(request.headers[.ifNoneMatch], tag: tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = contentType
        switch range(asked: request, tag: tag) {
        case .whole:
            return try await answer(.ok, 0..<object.size, headers, request, context)
        case .part(let bytes):
            headers[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(object.size)"
            return try await answer(.partialContent, bytes, headers, request, context)
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable,
                "The object has \(object.size) bytes.",
                headers: [.contentRange: "bytes */\(object.size)"]
            )
        }
    }

    /// `If-Range` with anything but this very tag (a date, a weak tag) asks for the whole (section 13.1.5).
    private func range(asked request: Request, tag: String) -> ByteRange {
        guard request.method == .get else { return .whole }
        if let condition = request.headers[.ifRange], condition != tag { return .whole }
        return ByteRange.resolve(request.headers[.range], size: object.size)
    }

    private func answer(
        _ status: HTTPResponse.Status,
        _ bytes: Range<Int64>,
        _ headers: HTTPFields,
        _ request: Request,
        _ context: APIContext
    ) async throws -> Response {
        var headers = headers
        headers[.contentLength] = String(bytes.count)
        guard request.method != .head, !bytes.isEmpty else { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: try await body(bytes, context))
    }

    private func body(_ bytes: Range<Int64>, _ context: APIContext) async throws -> ResponseBody {
        switch object.source {
        case .file(let path):
            let range = Int(bytes.lowerBound)...Int(bytes.upperBound - 1)
            return try await FileIO().loadFile(path: path, range: range, context: context)
        case .stream(let open):
            let chunks = try await open(bytes)
            return ResponseBody(contentLength: bytes.count) { writer in
                for try await chunk in chunks { try await writer.write(chunk) }
                try await writer.finish(nil)
            }
        }
    }
}
