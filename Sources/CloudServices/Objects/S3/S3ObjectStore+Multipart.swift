import FoundationEssentials

extension S3ObjectStore {
    /// See ``ObjectStore/beginUpload(_:contentType:metadata:)``.
    public func beginUpload(
        _ key: ObjectKey,
        contentType: String,
        metadata: ObjectMetadata
    ) async throws -> MultipartUpload {
        let request = ServiceRequest(
            method: "POST",
            path: path(key),
            query: QueryString([.init(name: "uploads", value: "")]),
            headers: [HeaderField("Content-Type", contentType)] + metadata.headers
        )
        let document = try await exchange(request, about: key) { try await S3Answer.document($0, about: key) }
        guard let id = document["UploadId"], !id.isEmpty else { throw S3Answer.malformed("an UploadId") }
        return MultipartUpload(key: key, id: id)
    }

    /// See ``ObjectStore/parts(of:)``.
    public func parts(of upload: MultipartUpload) async throws -> [UploadedPart] {
        var parts: [UploadedPart] = []
        while true {
            let page = try await page(of: upload, after: parts.last?.number)
            parts += page.parts
            // A page that brings nothing would be asked for without end.
            guard page.isTruncated, !page.parts.isEmpty else { return parts }
        }
    }

    private func page(
        of upload: MultipartUpload,
        after number: Int?
    ) async throws -> (parts: [UploadedPart], isTruncated: Bool) {
        let marker = number.map { [QueryString.Item(name: "part-number-marker", value: String($0))] } ?? []
        let query = QueryString([.init(name: "uploadId", value: upload.id)] + marker)
        let request = ServiceRequest(method: "GET", path: path(upload.key), query: query)
        let document = try await exchange(request, about: upload.key) { response in
            try await S3Answer.document(response, about: upload.key)
        }
        let parts = try document.all("Part").map { part in
            guard let number = part["PartNumber"].flatMap({ Int($0) }), let etag = part["ETag"],
                let size = part["Size"].flatMap({ Int64($0) })
            else { throw S3Answer.malformed("PartNumber, ETag and Size of a part") }
            return UploadedPart(number: number, size: size, etag: S3Answer.bare(etag))
        }
        return (parts, document["IsTruncated"] == "true")
    }

    /// See ``ObjectStore/completeUpload(_:parts:ifAbsent:)``.
    @discardableResult
    public func completeUpload(
        _ upload: MultipartUpload,
        parts: [UploadedPart],
        ifAbsent: Bool
    ) async throws -> ObjectInfo {
        try await complete(upload, parts.map { ($0.number, $0.etag) }, ifAbsent: ifAbsent)
        return try await head(upload.key)
    }

    /// Joins parts.
    ///
    /// - Parameter noting: told of every attempt that was answered.
    /// - Returns: the object's etag, if S3 names it.
    @discardableResult
    func complete(
        _ upload: MultipartUpload,
        _ parts: [(number: Int, etag: String)],
        ifAbsent: Bool,
        noting: (SignedHTTPClient.Attempt) -> Void = { _ in }
    ) async throws -> String? {
        let list = parts.map { part in
            XMLNode("Part", "", [XMLNode("PartNumber", String(part.number)), XMLNode("ETag", "\"\(part.etag)\"")])
        }
        var request = ServiceRequest(
            method: "POST",
            path: path(upload.key),
            query: QueryString([.init(name: "uploadId", value: upload.id)]),
            headers: [HeaderField("Content-Type", "application/xml")],
            body: XMLNode("CompleteMultipartUpload", "", list)
                .document(namespace: "http://s3.amazonaws.com/doc/2006-03-01/")
        )
        if ifAbsent { request.headers.append(HeaderField("If-None-Match", "*")) }
        let document = try await exchange(
            request,
            about: upload.key,
            read: { try await S3Answer.document($0, about: upload.key) },
            noting: noting
        )
        return document["ETag"].map(S3Answer.bare)
    }

    /// See ``ObjectStore/abortUpload(_:)``.
    public func abortUpload(_ upload: MultipartUpload) async throws {
        let query = QueryString([.init(name: "uploadId", value: upload.id)])
        let request = ServiceRequest(method: "DELETE", path: path(upload.key), query: query)
        try await exchange(request, about: upload.key) { try await S3Answer.drain($0) }
    }
}
