import FoundationEssentials

/// One GET or HEAD: conditions (RFC 9110 section 13), range, response headers.
struct ObjectRead {
    let head: RequestHead
    let query: QueryString
    let store: FileObjectStore

    /// Query parameters of S3 that override response headers.
    private static let overrides = [
        "response-content-type": "Content-Type", "response-content-disposition": "Content-Disposition",
        "response-cache-control": "Cache-Control",
    ]

    func respond(_ key: ObjectKey, _ requestID: String) async throws -> ObjectResponse {
        let info = try await store.head(key)
        guard isStillWanted(info) else {
            throw ObjectStoreError(.preconditionFailed, "Object \"\(key)\" is not the one the conditions ask for.")
        }
        let facts = try headers(info) + [HeaderField("x-amz-request-id", requestID)]
        if isHeldAlready(info) { return ObjectResponse(status: 304, headers: facts, body: .none) }
        let range = range(info)
        guard let content = try await content(key, range, info) else { return unsatisfiable(info, requestID) }
        var headers = facts + [HeaderField("Content-Length", String(content.range.count))]
        if range != nil {
            let (first, last) = (content.range.lowerBound, content.range.upperBound - 1)
            headers.append(HeaderField("Content-Range", "bytes \(first)-\(last)/\(info.size)"))
        }
        return ObjectResponse(
            status: range == nil ? 200 : 206,
            headers: headers,
            body: head.method == "HEAD" ? .none : .object(content.body)
        )
    }

    /// `If-Match`, or without it `If-Unmodified-Since`.
    private func isStillWanted(_ info: ObjectInfo) -> Bool {
        if let tags = head.value("if-match") { return Self.matches(tags, info.etag) }
        return head.value("if-unmodified-since").flatMap(HTTPDate.parse).map { !Self.hasChanged(info, since: $0) }
            ?? true
    }

    /// `If-None-Match`, or without it `If-Modified-Since`.
    private func isHeldAlready(_ info: ObjectInfo) -> Bool {
        if let tags = head.value("if-none-match") { return Self.matches(tags, info.etag) }
        return head.value("if-modified-since").flatMap(HTTPDate.parse).map { !Self.hasChanged(info, since: $0) }
            ?? false
    }

    /// Dates of HTTP know whole seconds only.
    private static func hasChanged(_ info: ObjectInfo, since date: Date) -> Bool {
        info.createdAt.timeIntervalSince1970.rounded(.down) > date.timeIntervalSince1970
    }

    /// `nil` when no byte of the object lies in the range. The etag pins the version the headers were made from.
    private func content(_ key: ObjectKey, _ range: ByteRange?, _ info: ObjectInfo) async throws -> ObjectContent? {
        do {
            return try await store.get(key, range: range, ifMatch: info.etag)
        } catch let error as ObjectStoreError where error.kind == .invalidRange {
            return nil
        }
    }

    private func unsatisfiable(_ info: ObjectInfo, _ requestID: String) -> ObjectResponse {
        let error = ObjectStoreError(.invalidRange, "The requested range is not satisfiable.")
        let failure = ObjectResponse.failure(error, for: head, requestID: requestID)
        return ObjectResponse(
            status: failure.status,
            headers: failure.headers + [HeaderField("Content-Range", "bytes */\(info.size)")],
            body: failure.body
        )
    }

    /// A range counts only if `If-Range`, when there, names the present etag; a date never matches, which is safe.
    private func range(_ info: ObjectInfo) -> ByteRange? {
        guard let range = head.value("range") else { return nil }
        if let condition = head.value("if-range"), condition != "\"\(info.etag)\"" { return nil }
        return ByteRange(header: range)
    }

    private func headers(_ info: ObjectInfo) throws -> [HeaderField] {
        var headers =
            [
                HeaderField("Content-Type", info.contentType), HeaderField("ETag", "\"\(info.etag)\""),
                HeaderField("Last-Modified", HTTPDate.text(info.createdAt)), HeaderField("Accept-Ranges", "bytes"),
                // Uploaded bytes must never be guessed into something a browser runs.
                HeaderField("X-Content-Type-Options", "nosniff"),
            ] + info.metadata.headers
        for item in query.items {
            guard let name = Self.overrides[item.name] else { continue }
            guard item.value.unicodeScalars.allSatisfy({ (" "..."~").contains($0) }) else {
                throw ObjectStoreError(.invalidArgument, "\(item.name) must be printable ASCII.")
            }
            headers.removeAll { $0.name == name }
            headers.append(HeaderField(name, item.value))
        }
        return headers
    }

    private static func matches(_ tags: String, _ etag: String) -> Bool {
        tags == "*"
            || tags.split(separator: ",").contains { tag in
                let bare = tag.drop { $0 == " " }
                return (bare.hasPrefix("W/") ? bare.dropFirst(2) : bare).filter { $0 != "\"" && $0 != " " } == etag
            }
    }
}
