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
        return try await presign("PUT", key, given, implied, expiresIn)
    }

    /// See ``ObjectStore/presignGet(_:expiresIn:)``. With temporary credentials the request ends with them.
    public func presignGet(_ key: ObjectKey, expiresIn: Duration) async throws -> PresignedRequest {
        try await presign("GET", key, [], [], expiresIn)
    }

    private func presign(
        _ method: String,
        _ key: ObjectKey,
        _ headers: [HeaderField],
        _ implied: [HeaderField],
        _ expiresIn: Duration
    ) async throws -> PresignedRequest {
        let (seconds, date, path) = (expiresIn.components.seconds, now(), path(key))
        let head = RequestHead(
            method: method,
            path: path,
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
