import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// Serves an object by RFC 9110: conditional requests, byte ranges, `HEAD`.
struct MediaResponse: Sendable {
    let object: MediaObject
    let contentType: String
    let cacheControl: String
    let now: Date
    /// Whether a client may be sent to the store, if the store has a link: for what everybody may fetch now.
    var mayRedirect = false

    /// `Range` counts for `GET` only, as section 14.2 asks; `HEAD` describes the whole.
    func response(to request: Request, _ context: APIContext) async throws -> Response {
        let tag = "\"\(object.etag)\""
        let condition = Precondition(tag: tag, modifiedAt: object.modifiedAt, now: now)
        var headers: HTTPFields = [
            .eTag: tag, .cacheControl: cacheControl, .acceptRanges: "bytes", .vary: "Authorization",
        ]
        headers[.lastModified] = object.modifiedAt.map { HTTPTime.text($0) }
        switch condition.verdict(on: request) {
        case .notModified: return Response(status: .notModified, headers: headers)
        case .failed: throw Problem(.preconditionFailed, "The object has the ETag \(tag) now. Fetch it again.")
        case .proceed: break
        }
        let counts = request.method == .get && condition.allowsRange(request)
        let wanted = ByteRange.resolve(counts ? request.headers[.range] : nil, size: object.size)
        if let elsewhere = try await redirect(wanted, request) { return elsewhere }
        switch wanted {
        case .whole: return try await single(.ok, 0..<object.size, headers, request, context)
        case .parts(let parts) where parts.count == 1:
            headers[.contentRange] = "bytes \(parts[0].lowerBound)-\(parts[0].upperBound - 1)/\(object.size)"
            return try await single(.partialContent, parts[0], headers, request, context)
        case .parts(let parts): return several(parts, headers, context)
        case .unsatisfiable: throw unsatisfiable
        }
    }

    /// Sends the client to where it gets just what this API would answer; `nil` where only the API knows how: a URL is signed
    /// for `GET`, and stores have ideas of their own about several ranges, malformed ones and `If-Range`.
    private func redirect(_ wanted: ByteRange, _ request: Request) async throws -> Response? {
        guard mayRedirect, let link = object.link, request.method == .get, request.headers[.ifRange] == nil else {
            return nil
        }
        switch (request.headers[.range], wanted) {
        case (nil, .whole): break
        case (let field?, .parts(let parts)) where parts.count == 1 && !field.contains(","): break
        default: return nil
        }
        let url = try await link(Caching.linkLifetime)
        let headers: HTTPFields = [.location: url, .cacheControl: Caching.redirected, .vary: "Authorization"]
        return Response(status: .temporaryRedirect, headers: headers)
    }

    private var unsatisfiable: Problem {
        Problem(
            .rangeNotSatisfiable,
            "The object has \(object.size) bytes.",
            headers: [.contentRange: "bytes */\(object.size)"]
        )
    }

    private func single(
        _ status: HTTPResponse.Status,
        _ bytes: Range<Int64>,
        _ headers: HTTPFields,
        _ request: Request,
        _ context: APIContext
    ) async throws -> Response {
        var headers = headers
        headers[.contentType] = contentType
        headers[.contentLength] = String(bytes.count)
        guard request.method != .head, !bytes.isEmpty else { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: try await body(bytes, context))
    }

    private func several(_ parts: [Range<Int64>], _ headers: HTTPFields, _ context: APIContext) -> Response {
        let multipart = MultipartRanges(parts, size: object.size, contentType: contentType)
        var headers = headers
        headers[.contentType] = multipart.fieldValue
        headers[.contentLength] = String(multipart.byteCount)
        let body = multipart.body { try await self.body($0, context) }
        return Response(status: .partialContent, headers: headers, body: body)
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
