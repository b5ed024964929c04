/// Uploads in parts.
extension SignedObjectRequest {
    func putPart<Body: AsyncSequence>(
        _ key: ObjectKey,
        _ body: Body
    ) async throws -> ObjectResponse where Body.Element: Collection<UInt8> {
        guard let part = try PartQuery(query) else { throw Self.malformed }
        let etag = try await store.putPart(part, key, body: SignedBody(body, head), options: try options())
        return answer(200, headers: [HeaderField("ETag", "\"\(etag)\"")])
    }

    func begin(_ key: ObjectKey) async throws -> ObjectResponse {
        let type = head.value("content-type") ?? "application/octet-stream"
        let metadata = try ObjectMetadata(head.headers)
        let upload = try await store.beginUpload(key, contentType: type, metadata: metadata)
        let nodes = [
            XMLNode("Bucket", store.bucket.rawValue), XMLNode("Key", key.rawValue), XMLNode("UploadId", upload.id),
        ]
        return answer(200, XMLNode("InitiateMultipartUploadResult", "", nodes))
    }

    func complete<Body: AsyncSequence>(
        _ upload: MultipartUpload,
        _ body: Body
    ) async throws -> ObjectResponse where Body.Element: Collection<UInt8> {
        let document = try await document(body, "CompleteMultipartUpload")
        let parts = try document.all("Part").map { part in
            guard let number = part["PartNumber"].flatMap({ Int($0) }), let etag = part["ETag"] else {
                throw Self.malformed
            }
            return (number: number, etag: S3Answer.bare(etag))
        }
        let info = try await store.completeUpload(upload, naming: parts, ifAbsent: try isConditional())
        let nodes = [
            XMLNode("Location", "\(store.configuration.endpoint.origin)\(head.path)"),
            XMLNode("Bucket", store.bucket.rawValue), XMLNode("Key", upload.key.rawValue),
            XMLNode("ETag", "\"\(info.etag)\""),
        ]
        return answer(200, XMLNode("CompleteMultipartUploadResult", "", nodes))
    }
}
