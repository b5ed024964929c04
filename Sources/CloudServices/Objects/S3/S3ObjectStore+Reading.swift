import AsyncHTTPClient
import FoundationEssentials

extension S3ObjectStore {
    /// See ``ObjectStore/get(_:range:ifMatch:)``. The body stays on the version that was opened: when that is replaced while a
    /// broken connection is resumed, reading fails with `PreconditionFailed`.
    public func get(_ key: ObjectKey, range: ByteRange?, ifMatch: String?) async throws -> ObjectContent {
        let opened = try await open(key, range: range?.header, ifMatch: ifMatch)
        let info = opened.info
        guard opened.range != nil || range == nil || (try? range?.resolved(size: info.size)) == 0..<info.size else {
            throw S3Answer.malformed("the range that was asked for")
        }
        let offsets = opened.range ?? 0..<info.size
        let store = self
        let download = S3Download(first: opened.body, range: offsets, backOff: configuration.backOff) { rest in
            let header = ByteRange.closed(rest.lowerBound, rest.upperBound - 1).header
            let again = try await store.open(key, range: header, ifMatch: info.etag)
            guard again.range == rest else { throw S3Answer.malformed("the range that was asked for") }
            return again.body
        }
        return ObjectContent(info: info, range: offsets, body: ObjectBody(download))
    }

    private struct Opened: Sendable {
        let info: ObjectInfo
        let range: Range<Int64>?
        let body: HTTPClientResponse.Body
    }

    private func open(_ key: ObjectKey, range: String?, ifMatch: String?) async throws -> Opened {
        var request = ServiceRequest(method: "GET", path: path(key))
        if let range { request.headers.append(HeaderField("Range", range)) }
        if let ifMatch { request.headers.append(HeaderField("If-Match", "\"\(ifMatch)\"")) }
        return try await exchange(request, about: key) { response in
            let info = try S3Answer.info(key, response)
            guard ifMatch == nil || ifMatch == info.etag else {
                throw ObjectStoreError(
                    .preconditionFailed,
                    "Object \"\(key)\" has etag \(info.etag), expected \(ifMatch ?? ""). It was replaced; pin it anew."
                )
            }
            return Opened(info: info, range: try S3Answer.range(response), body: response.body)
        }
    }

    /// See ``ObjectStore/list(prefix:after:limit:)``. Keys that break the rules of ``ObjectKey`` are left out.
    public func list(prefix: String, after: ObjectKey?, limit: Int) async throws -> ObjectListing {
        guard (1...1000).contains(limit) else {
            throw ObjectStoreError(.invalidArgument, "The page size must be 1...1000, got \(limit).")
        }
        var start = after?.rawValue
        while true {
            let page = try await page(prefix, start, limit)
            guard page.isTruncated else { return ObjectListing(objects: page.objects, next: nil) }
            // A page that holds nothing nameable cannot say where the next one begins.
            if let last = page.objects.last?.key { return ObjectListing(objects: page.objects, next: last) }
            guard let lastKey = page.lastKey, lastKey != start else { throw S3Answer.malformed("a next key") }
            start = lastKey
        }
    }

    private struct Page {
        let objects: [ObjectInfo]
        let lastKey: String?
        let isTruncated: Bool
    }

    private func page(_ prefix: String, _ start: String?, _ limit: Int) async throws -> Page {
        var items = [
            QueryString.Item(name: "list-type", value: "2"), .init(name: "max-keys", value: String(limit)),
            .init(name: "encoding-type", value: "url"),
        ]
        if !prefix.isEmpty { items.append(.init(name: "prefix", value: prefix)) }
        if let start { items.append(.init(name: "start-after", value: start)) }
        let request = ServiceRequest(method: "GET", path: path(nil), query: QueryString(items))
        let document = try await exchange(request, about: nil) { response in
            try await S3Answer.document(response, about: nil)
        }
        let isEncoded = document["EncodingType"] == "url"
        let entries = document.all("Contents")
        func key(_ entry: XMLNode) -> String? {
            entry["Key"].flatMap { isEncoded ? URIEncoding.decode($0, plusIsSpace: true) : $0 }
        }
        return Page(
            objects: entries.compactMap { entry in key(entry).flatMap { Self.info(entry, key: $0) } },
            lastKey: entries.last.flatMap(key),
            isTruncated: document["IsTruncated"] == "true"
        )
    }

    private static func info(_ entry: XMLNode, key: String) -> ObjectInfo? {
        guard let key = try? ObjectKey(key), let size = entry["Size"].flatMap({ Int64($0) }) else { return nil }
        let text = entry["LastModified"] ?? ""
        let time =
            (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
            ?? (try? Date.ISO8601FormatStyle().parse(text))
        return ObjectInfo(
            key: key,
            size: size,
            etag: S3Answer.bare(entry["ETag"] ?? ""),
            sha256: nil,
            contentType: "application/octet-stream",
            createdAt: time ?? Date(milliseconds: 0)
        )
    }
}

extension ByteRange {
    /// The value of a `Range` header.
    var header: String {
        switch self {
        case .from(let first): "bytes=\(first)-"
        case .closed(let first, let last): "bytes=\(first)-\(last)"
        case .suffix(let count): "bytes=-\(count)"
        }
    }
}
