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
        if let maximum = conditions.maximumByteCount {
            query.append(.init(name: UploadConditions.maximumParameter, value: String(maximum)))
        }
        if conditions.minimumByteCount > 0 {
            query.append(
                .init(name: UploadConditions.minimumParameter, value: String(conditions.minimumByteCount))
            )
        }
        var headers = [HeaderField("Content-Type", conditions.contentType)]
        if conditions.signsIfNoneMatch { headers.append(HeaderField("If-None-Match", "*")) }
        return try presign("PUT", key, QueryString(query), headers, expiresIn)
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
