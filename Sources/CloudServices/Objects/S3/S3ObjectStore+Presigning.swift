import FoundationEssentials

extension S3ObjectStore {
    /// See ``ObjectStore/presignPut(_:conditions:expiresIn:)``.
    ///
    /// `If-None-Match: *` is always signed, so that S3 takes one upload and no second. When the smallest and the largest size
    /// are the same, `Content-Length` is signed too; HTTP clients send it by themselves, so it is not among the headers given.
    public func presignPut(
        _ key: ObjectKey,
        conditions: UploadConditions,
        expiresIn: Duration
    ) async throws -> PresignedRequest {
        let given = [HeaderField("Content-Type", conditions.contentType), HeaderField("If-None-Match", "*")]
        var implied: [HeaderField] = []
        if let size = conditions.maximumByteCount, size == conditions.minimumByteCount {
            implied.append(HeaderField("Content-Length", String(size)))
        }
        return try await presign("PUT", key, headers: given, implied: implied, expiresIn: expiresIn)
    }

    /// See ``ObjectStore/presignPart(_:of:byteCount:expiresIn:)``. `Content-Length` is signed; HTTP clients send it by
    /// themselves, so it is not among the headers given.
    public func presignPart(
        _ number: Int,
        of upload: MultipartUpload,
        byteCount: Int64,
        expiresIn: Duration
    ) async throws -> PresignedRequest {
        let query = QueryString(PartQuery(number: number, uploadID: upload.id).items)
        let implied = [HeaderField("Content-Length", String(byteCount))]
        return try await presign("PUT", upload.key, query, implied: implied, expiresIn: expiresIn)
    }

    /// See ``ObjectStore/presignGet(_:expiresIn:)``. With temporary credentials the request ends with them.
    public func presignGet(_ key: ObjectKey, expiresIn: Duration) async throws -> PresignedRequest {
        try await presign("GET", key, expiresIn: expiresIn)
    }

    private func presign(
        _ method: String,
        _ key: ObjectKey,
        _ query: QueryString = QueryString(),
        headers: [HeaderField] = [],
        implied: [HeaderField] = [],
        expiresIn: Duration
    ) async throws -> PresignedRequest {
        let (seconds, date, path) = (expiresIn.components.seconds, now(), path(key))
        let head = RequestHead(
            method: method,
            path: path,
            query: query.wire,
            headers: [HeaderField("Host", http.endpoint.hostHeader)] + headers + implied
        )
        let credentials = try await http.credentials.current()
        let signer = SigV4Signer(credentials: credentials, region: configuration.region, service: "s3")
        let signed = try signer.presign(head, expiresIn: seconds, at: date)
        return PresignedRequest(
            method: method,
            url: "\(http.endpoint.origin)\(path)?\(signed.query)",
            headers: headers,
            expiresAt: Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down) + Double(seconds))
        )
    }
}
