import FoundationEssentials

/// One request whose header signature was found good: which operation it is, and doing it.
struct SignedObjectRequest: Sendable {
    let head: RequestHead
    let query: QueryString
    let requestID: String
    let store: FileObjectStore
    /// `nil` for the service itself.
    private let bucket: String?
    /// `nil` for the bucket itself.
    private let key: ObjectKey?

    /// Subresources that are operations here; all others are refused by name.
    private static let known: Set<String> = [
        "list-type", "prefix", "delimiter", "max-keys", "encoding-type", "continuation-token", "start-after",
        "fetch-owner",
        "location", "delete", "uploads", "uploadId", "partNumber", "max-parts", "part-number-marker", "max-uploads",
        "key-marker", "upload-id-marker", "x-id", "response-content-type",
        "response-content-disposition", "response-cache-control",
    ]
    private static let documentByteLimit = 2 << 20

    /// - Throws: ``ObjectStoreError`` for another bucket, a key outside the rules, an operation that is not there.
    init(_ head: RequestHead, _ requestID: String, _ store: FileObjectStore) throws {
        guard let query = QueryString(wire: head.query), let path = URIEncoding.decode(head.path) else {
            throw SigV4Rejection.brokenEscape
        }
        if let unknown = query.items.first(where: { !Self.known.contains($0.name) }) {
            throw ObjectStoreError(.notImplemented, "The query parameter \(unknown.name) is not supported.")
        }
        guard head.value("x-amz-copy-source") == nil else {
            throw ObjectStoreError(.notImplemented, "Copying is not supported. Read the object and put it again.")
        }
        let slash = UInt8(ascii: "/")
        let parts = path.utf8.dropFirst().split(separator: slash, maxSplits: 1, omittingEmptySubsequences: false)
        let bucket = parts.first.flatMap { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
        guard bucket == nil || bucket == store.bucket.rawValue else {
            throw ObjectStoreError(.noSuchBucket, "The specified bucket does not exist.")
        }
        let name = parts.count == 2 ? String(parts[1]) : nil
        (self.head, self.query, self.requestID, self.store) = (head, query, requestID, store)
        self.bucket = bucket
        key = try name.flatMap { $0.isEmpty ? nil : try ObjectKey($0) }
    }

    func respond<Body: AsyncSequence>(_ body: Body) async throws -> ObjectResponse
    where Body.Element: Collection<UInt8> {
        let upload = query.values("uploadId").first
        switch (head.method, key, upload) {
        case ("GET", nil, _) where !query.values("uploads").isEmpty:
            return answer(200, try await UploadListing(query, store).document())
        case ("GET", nil, _): return try await describeBucket()
        case ("HEAD", nil, _): return answer(200)
        case ("POST", nil, _) where !query.values("delete").isEmpty: return try await deleteMany(body)
        case ("GET", let key?, nil), ("HEAD", let key?, nil):
            return try await ObjectRead(head: head, query: query, store: store).respond(key, requestID)
        case ("GET", let key?, let upload?):
            return answer(200, try await PartListing(query, MultipartUpload(key: key, id: upload), store).document())
        case ("PUT", let key?, nil): return try await put(key, body)
        case ("PUT", let key?, .some): return try await putPart(key, body)
        case ("POST", let key?, nil) where !query.values("uploads").isEmpty: return try await begin(key)
        case ("POST", let key?, let upload?): return try await complete(MultipartUpload(key: key, id: upload), body)
        case ("DELETE", let key?, _): return try await delete(key, upload)
        default: throw ObjectStoreError(.methodNotAllowed, "The specified method is not allowed against this resource.")
        }
    }

    private func delete(_ key: ObjectKey, _ upload: String?) async throws -> ObjectResponse {
        if let upload {
            try await store.abortUpload(MultipartUpload(key: key, id: upload))
        } else {
            try await store.delete(key)
        }
        return answer(204)
    }

    private func describeBucket() async throws -> ObjectResponse {
        guard bucket != nil else {
            let owner = XMLNode("Owner", "", [XMLNode("ID", "embedded")])
            let entry = XMLNode(
                "Bucket",
                "",
                [XMLNode("Name", store.bucket.rawValue), XMLNode("CreationDate", "2026-01-01T00:00:00.000Z")]
            )
            return answer(200, XMLNode("ListAllMyBucketsResult", "", [owner, XMLNode("Buckets", "", [entry])]))
        }
        if !query.values("location").isEmpty {
            return answer(200, XMLNode("LocationConstraint", store.configuration.region))
        }
        return answer(200, try await BucketListing(query, store).document())
    }

    private func put<Body: AsyncSequence>(
        _ key: ObjectKey,
        _ body: Body
    ) async throws -> ObjectResponse where Body.Element: Collection<UInt8> {
        let info = try await store.put(key, body: SignedBody(body, head), options: try options())
        return answer(200, headers: [HeaderField("ETag", "\"\(info.etag)\"")])
    }

    private func deleteMany<Body: AsyncSequence>(
        _ body: Body
    ) async throws -> ObjectResponse where Body.Element: Collection<UInt8> {
        let document = try await document(body, "Delete")
        guard (1...1000).contains(document.all("Object").count) else { throw Self.malformed }
        var nodes: [XMLNode] = []
        for object in document.all("Object") {
            let name = object["Key"] ?? ""
            do {
                try await store.delete(ObjectKey(name))
                if document["Quiet"] != "true" { nodes.append(XMLNode("Deleted", "", [XMLNode("Key", name)])) }
            } catch let error as ObjectStoreError {
                let fields = [
                    XMLNode("Key", name), XMLNode("Code", error.kind.rawValue), XMLNode("Message", error.message),
                ]
                nodes.append(XMLNode("Error", "", fields))
            }
        }
        return answer(200, XMLNode("DeleteResult", "", nodes))
    }

    static let malformed = ObjectStoreError(
        .malformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema."
    )

    func document<Body: AsyncSequence>(
        _ body: Body,
        _ name: String
    ) async throws -> XMLNode where Body.Element: Collection<UInt8> {
        var (running, bytes) = (RunningDigests(), [UInt8]())
        for try await chunk in try SignedBody(body, head) {
            bytes += chunk
            guard bytes.count <= Self.documentByteLimit else { throw Self.malformed }
        }
        running.update(bytes)
        try options().check(running.present)
        guard let node = XMLNode(document: bytes), node.name == name else { throw Self.malformed }
        return node
    }

    func options() throws -> PutOptions {
        PutOptions(
            contentType: head.value("content-type") ?? "application/octet-stream",
            ifAbsent: try isConditional(),
            expectedByteCount: SignedBody<AsyncStream<[UInt8]>>.byteCount(head),
            expectedMD5: try UploadHeaders.md5(head),
            expectedSHA256: UploadHeaders.sha256(head),
            metadata: try ObjectMetadata(head.headers)
        )
    }

    func isConditional() throws -> Bool {
        guard head.values("if-match").isEmpty, head.values("if-none-match").allSatisfy({ $0 == "*" }) else {
            throw ObjectStoreError(.notImplemented, "An upload takes no condition but If-None-Match: *.")
        }
        return !head.values("if-none-match").isEmpty
    }

    func answer(_ status: Int, _ document: XMLNode? = nil, headers: [HeaderField] = []) -> ObjectResponse {
        let bytes = document?.document(namespace: "http://s3.amazonaws.com/doc/2006-03-01/") ?? []
        var fields = headers + [HeaderField("x-amz-request-id", requestID)]
        if document != nil { fields.append(HeaderField("Content-Type", "application/xml")) }
        if status != 204 { fields.append(HeaderField("Content-Length", String(bytes.count))) }
        return ObjectResponse(status: status, headers: fields, body: bytes.isEmpty ? .none : .bytes(bytes))
    }
}
