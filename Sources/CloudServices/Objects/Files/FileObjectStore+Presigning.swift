import FoundationEssentials

extension FileObjectStore {
    /// The verifier for requests presigned by this store.
    public var verifier: SigV4Verifier {
        let credentials = configuration.credentials
        return SigV4Verifier(region: configuration.region, service: "s3") {
            $0 == credentials.accessKeyID ? credentials : nil
        }
    }

    /// See ``ObjectStore/presignPut(_:conditions:expiresIn:)``. The upload is accepted once: when the key is taken,
    /// ``PresignedRequestHandler`` answers 412.
    public func presignPut(
        _ key: ObjectKey,
        conditions: UploadConditions,
        expiresIn: Duration
    ) async throws -> PresignedRequest {
        var query: [QueryString.Item] = []
        if let maximum = conditions.maximumByteCount { query.append(Self.maximum(maximum)) }
        if conditions.minimumByteCount > 0 { query.append(Self.minimum(conditions.minimumByteCount)) }
        var headers = [HeaderField("Content-Type", conditions.contentType)]
        if conditions.signsIfNoneMatch { headers.append(HeaderField("If-None-Match", "*")) }
        return try presign("PUT", key, QueryString(query), headers, expiresIn)
    }

    /// See ``ObjectStore/presignPart(_:of:byteCount:expiresIn:)``.
    public func presignPart(
        _ number: Int,
        of upload: MultipartUpload,
        byteCount: Int64,
        expiresIn: Duration
    ) async throws -> PresignedRequest {
        let query = PartQuery(number: number, uploadID: upload.id).items
        let bounds = [Self.maximum(byteCount), Self.minimum(byteCount)]
        return try presign("PUT", upload.key, QueryString(query + bounds), [], expiresIn)
    }

    private static func maximum(_ byteCount: Int64) -> QueryString.Item {
        .init(name: UploadConditions.maximumParameter, value: String(byteCount))
    }

    private static func minimum(_ byteCount: Int64) -> QueryString.Item {
        .init(name: UploadConditions.minimumParameter, value: String(byteCount))
    }

    /// See ``ObjectStore/presignGet(_:expiresIn:)``.
    public func presignGet(_ key: ObjectKey, expiresIn: Duration) async throws -> PresignedRequest {
        try presign("GET", key, QueryString(), [], expiresIn)
    }

    private func presign(
        _ method: String,
        _ key: ObjectKey,
        _ query: QueryString,
        _ headers: [HeaderField],
        _ expiresIn: Duration
    ) throws -> PresignedRequest {
        let seconds = expiresIn.components.seconds
        let date = now()
        let path = URIEncoding.encodePath("/\(bucket)/\(key)")
        let endpoint = configuration.endpoint
        let head = RequestHead(
            method: method,
            path: path,
            query: query.wire,
            headers: [HeaderField("Host", endpoint.hostHeader)] + headers
        )
        let signer = SigV4Signer(credentials: configuration.credentials, region: configuration.region, service: "s3")
        let signed = try signer.presign(head, expiresIn: seconds, at: date)
        return PresignedRequest(
            method: method,
            url: "\(endpoint.origin)\(path)?\(signed.query)",
            headers: headers,
            expiresAt: Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down) + Double(seconds))
        )
    }
}
