import FoundationEssentials

/// What a PUT says about its body, checked against what the presigned query allows. The query is verified before.
struct UploadHeaders {
    let options: PutOptions

    init(_ head: RequestHead, _ query: QueryString, limit: Int64) throws {
        guard head.values("transfer-encoding").isEmpty else {
            throw ObjectStoreError(.missingContentLength, "Send the upload with Content-Length, not chunked.")
        }
        guard !head.values("content-encoding").joined().lowercased().contains("aws-chunked") else {
            throw ObjectStoreError(.notImplemented, "aws-chunked uploads are not supported. Send the plain bytes.")
        }
        let length = try Self.length(head)
        try Self.check(length, query, limit: limit)
        options = try PutOptions(
            contentType: head.value("content-type") ?? "application/octet-stream",
            ifAbsent: true,
            expectedByteCount: length,
            expectedMD5: Self.md5(head),
            expectedSHA256: Self.sha256(head),
            metadata: ObjectMetadata(head.headers)
        )
        try Self.checkPreconditions(head)
    }

    private static func length(_ head: RequestHead) throws -> Int64 {
        guard let text = head.value("content-length") else {
            throw ObjectStoreError(.missingContentLength, "You must provide the Content-Length HTTP header.")
        }
        guard let length = Int64(text), length >= 0, String(length) == text else {
            throw ObjectStoreError(.invalidArgument, "Content-Length must be a number of bytes.")
        }
        return length
    }

    private static func check(_ length: Int64, _ query: QueryString, limit: Int64) throws {
        let maximum = min(try bound(UploadConditions.maximumParameter, query) ?? limit, limit)
        let minimum = try bound(UploadConditions.minimumParameter, query) ?? 0
        guard length <= maximum else {
            throw ObjectStoreError(.entityTooLarge, "The upload has \(length) bytes, at most \(maximum) are allowed.")
        }
        guard length >= minimum else {
            throw ObjectStoreError(.entityTooSmall, "The upload has \(length) bytes, at least \(minimum) are needed.")
        }
    }

    private static func bound(_ name: String, _ query: QueryString) throws -> Int64? {
        guard let text = query.values(name).first else { return nil }
        guard let bound = Int64(text), query.values(name).count == 1 else {
            throw ObjectStoreError(.invalidArgument, "\(name) must occur once and be a number of bytes.")
        }
        return bound
    }

    static func md5(_ head: RequestHead) throws -> [UInt8]? {
        guard let text = head.value("content-md5") else { return nil }
        guard let digest = Data(base64Encoded: text), digest.count == 16 else {
            throw ObjectStoreError(.invalidDigest, "Content-MD5 must be 16 bytes in Base64.")
        }
        return Array(digest)
    }

    /// Markers such as `UNSIGNED-PAYLOAD` say nothing about the bytes.
    static func sha256(_ head: RequestHead) -> String? {
        head.value("x-amz-content-sha256").flatMap { URIEncoding.bytes(hex: $0)?.count == 32 ? $0.lowercased() : nil }
    }

    private static func checkPreconditions(_ head: RequestHead) throws {
        let isPlain = head.values("if-match").isEmpty && head.values("if-none-match").allSatisfy { $0 == "*" }
        guard isPlain else {
            throw ObjectStoreError(.notImplemented, "An upload takes no condition but If-None-Match: *.")
        }
    }
}
