/// Durable storage of named, immutable byte strings: S3 or a directory.
///
/// Guarantees every implementation gives:
/// - an object is visible with all its bytes or not at all; a failed or cancelled `put` leaves nothing visible;
/// - when `put` returns, the object survives a crash, and every later `head`, `get` and `list` sees it;
/// - a body is streamed, never held in memory as a whole.
///
/// Errors are ``ObjectStoreError`` in S3's terms.
public protocol ObjectStore: Sendable {
    /// - Throws: `NoSuchKey`.
    func head(_ key: ObjectKey) async throws -> ObjectInfo

    /// Opens an object for reading.
    /// - Parameters:
    ///   - range: part of the object; `nil` means all.
    ///   - ifMatch: the etag the object must have, to read exactly the version that was pinned earlier.
    /// - Throws: `NoSuchKey`, `InvalidRange`, `PreconditionFailed`.
    func get(_ key: ObjectKey, range: ByteRange?, ifMatch: String?) async throws -> ObjectContent

    /// Stores what `body` delivers. A body that throws, or a task cancelled meanwhile, stores nothing.
    /// - Throws: `PreconditionFailed`, `IncompleteBody`, `BadDigest`, `EntityTooLarge`, and what `body` throws.
    @discardableResult
    func put<Body: AsyncSequence>(_ key: ObjectKey, body: Body, options: PutOptions) async throws -> ObjectInfo
    where Body.Element: Collection<UInt8>

    /// Stores a local file; the file is left alone. A symbolic link is refused.
    @discardableResult
    func put(_ key: ObjectKey, file path: String, options: PutOptions) async throws -> ObjectInfo

    /// Removes an object. Deleting what is not there succeeds, as in S3.
    func delete(_ key: ObjectKey) async throws

    /// Objects whose key begins with `prefix`, in the order of the keys' bytes.
    /// - Parameter limit: 1…1000, S3's page size.
    func list(prefix: String, after: ObjectKey?, limit: Int) async throws -> ObjectListing

    /// A request with which a client uploads this one object without credentials.
    /// - Parameter expiresIn: 1 second … 7 days; fractions are cut off.
    func presignPut(
        _ key: ObjectKey,
        conditions: UploadConditions,
        expiresIn: Duration
    ) async throws -> PresignedRequest

    /// A request with which a client downloads this one object without credentials.
    /// - Parameter expiresIn: 1 second … 7 days; fractions are cut off.
    func presignGet(_ key: ObjectKey, expiresIn: Duration) async throws -> PresignedRequest

    /// Begins an upload in parts. What is neither completed nor aborted in a week is removed: by the embedded store itself,
    /// in S3 by a lifecycle rule of the bucket.
    func beginUpload(
        _ key: ObjectKey,
        contentType: String,
        metadata: ObjectMetadata
    ) async throws -> MultipartUpload

    /// A request with which a client stores this one part without credentials, again in place of an earlier one.
    /// - Parameters:
    ///   - number: one of ``MultipartUpload/partNumbers``.
    ///   - byteCount: signed: a body of another size is refused.
    ///   - expiresIn: 1 second … 7 days; fractions are cut off.
    func presignPart(
        _ number: Int,
        of upload: MultipartUpload,
        byteCount: Int64,
        expiresIn: Duration
    ) async throws -> PresignedRequest

    /// The parts that have arrived, by their numbers.
    /// - Throws: `NoSuchUpload`.
    func parts(of upload: MultipartUpload) async throws -> [UploadedPart]

    /// Joins these parts into the object, which then is visible as a whole.
    /// - Parameter ifAbsent: fail with `PreconditionFailed` when the key is taken.
    /// - Throws: `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `PreconditionFailed`.
    @discardableResult
    func completeUpload(
        _ upload: MultipartUpload,
        parts: [UploadedPart],
        ifAbsent: Bool
    ) async throws -> ObjectInfo

    /// Forgets an upload and its parts.
    /// - Throws: `NoSuchUpload`.
    func abortUpload(_ upload: MultipartUpload) async throws
}

extension ObjectStore {
    /// The whole object.
    public func get(_ key: ObjectKey) async throws -> ObjectContent {
        try await get(key, range: nil, ifMatch: nil)
    }

    /// The first page of up to 1000 objects.
    public func list(prefix: String) async throws -> ObjectListing {
        try await list(prefix: prefix, after: nil, limit: 1000)
    }

    /// Begins an upload in parts without metadata.
    public func beginUpload(_ key: ObjectKey, contentType: String) async throws -> MultipartUpload {
        try await beginUpload(key, contentType: contentType, metadata: .none)
    }

    /// Like ``presignPut(_:conditions:expiresIn:)`` with the conditions spelled out.
    public func presignPut(
        _ key: ObjectKey,
        contentType: String,
        maximumByteCount: Int64?,
        expiresIn: Duration
    ) async throws -> PresignedRequest {
        let conditions = UploadConditions(contentType: contentType, maximumByteCount: maximumByteCount)
        return try await presignPut(key, conditions: conditions, expiresIn: expiresIn)
    }
}
