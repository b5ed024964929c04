import Crypto
import DurableSQLite
import FoundationEssentials
import GRDB

/// Uploads in parts, for clients of S3's protocol. A part is a blob like any other; completing joins them into one.
extension FileObjectStore {
    /// Uploads that nobody completes are removed after that.
    static let uploadLifetime: TimeInterval = 7 * 24 * 3600

    /// See ``ObjectStore/beginUpload(_:contentType:metadata:)``.
    public func beginUpload(
        _ key: ObjectKey,
        contentType: String,
        metadata: ObjectMetadata
    ) async throws -> MultipartUpload {
        let (upload, bucket) = (MultipartUpload(key: key, id: makeID()), bucket)
        let row = UploadRow(upload, contentType: contentType, metadata: metadata, createdAt: now().milliseconds)
        try await database.write { try UploadRow.insert(row, bucket, $0) }
        return upload
    }

    /// See ``ObjectStore/parts(of:)``.
    public func parts(of upload: MultipartUpload) async throws -> [UploadedPart] {
        let bucket = bucket
        return try await database.read { database in
            try UploadRow.find(upload, bucket, database)
            return try UploadRow.parts(upload.id, database).map(\.facts)
        }
    }

    /// Stores a part, in place of an earlier one with the same number.
    /// - Returns: the part's etag.
    func putPart<Body: AsyncSequence>(
        _ query: PartQuery,
        _ key: ObjectKey,
        body: Body,
        options: PutOptions
    ) async throws -> String where Body.Element: Collection<UInt8> {
        let (bucket, upload, number) = (bucket, MultipartUpload(key: key, id: query.uploadID), query.number)
        try await database.read { _ = try UploadRow.find(upload, bucket, $0) }
        return try await storingBlob(body, options) { blob in
            let digests = blob.digests
            let part = UploadRow.Part(number: number, blob: blob.id, size: digests.size, etag: digests.etag)
            let replaced = try await database.write { database in
                try UploadRow.find(upload, bucket, database)
                return try UploadRow.save(part, of: upload.id, database)
            }
            if let replaced { await removeBlob(replaced) }
            return digests.etag
        }
    }

    /// See ``ObjectStore/completeUpload(_:parts:ifAbsent:)``. The object and its announcements become visible in the
    /// transaction that ends the upload.
    @discardableResult
    public func completeUpload(
        _ upload: MultipartUpload,
        parts wanted: [UploadedPart],
        ifAbsent: Bool
    ) async throws -> ObjectInfo {
        try await completeUpload(upload, naming: wanted.map { ($0.number, $0.etag) }, ifAbsent: ifAbsent)
    }

    /// The same for clients, who name parts without their sizes.
    func completeUpload(
        _ upload: MultipartUpload,
        naming wanted: [(number: Int, etag: String)],
        ifAbsent: Bool
    ) async throws -> ObjectInfo {
        let (row, parts) = try await chosen(wanted, of: upload)
        do {
            return try await join(parts, of: row, ifAbsent: ifAbsent)
        } catch let error as FileSystemError {
            // Whoever joins, replaces or aborts meanwhile takes the files away; the rows say what happened.
            let (_, present) = try await chosen(wanted, of: upload)
            guard present != parts else { throw error }
            return try await join(present, of: row, ifAbsent: ifAbsent)
        }
    }

    private func chosen(
        _ wanted: [(number: Int, etag: String)],
        of upload: MultipartUpload
    ) async throws -> (UploadRow, [UploadRow.Part]) {
        let bucket = bucket
        let (row, stored) = try await database.read { database in
            (try UploadRow.find(upload, bucket, database), try UploadRow.parts(upload.id, database))
        }
        return (row, try Self.chosen(wanted, from: stored))
    }

    private func join(_ parts: [UploadRow.Part], of row: UploadRow, ifAbsent: Bool) async throws -> ObjectInfo {
        let (bucket, upload) = (bucket, row.upload)
        let options = PutOptions(contentType: row.contentType, ifAbsent: ifAbsent, metadata: row.metadata)
        let garbage = GarbageList()
        let info = try await storingBlob(joined(parts), options) { blob in
            var write = ObjectWrite(key: upload.key, blob: blob, options: options, etag: Self.etag(of: parts))
            write.operation = "CompleteMultipartUpload"
            write.also = { database in
                try UploadRow.find(upload, bucket, database)
                garbage.replace(try UploadRow.delete(upload.id, database))
            }
            return try await commit(write)
        }
        await removeBlobs(garbage.blobs)
        return info
    }

    private func removeBlobs(_ ids: [String]) async {
        for id in ids { await removeBlob(id) }
    }

    /// See ``ObjectStore/abortUpload(_:)``.
    public func abortUpload(_ upload: MultipartUpload) async throws {
        let bucket = bucket
        let garbage = try await database.write { database in
            try UploadRow.find(upload, bucket, database)
            return try UploadRow.delete(upload.id, database)
        }
        await removeBlobs(garbage)
    }

    /// Removes uploads that nobody has completed in a week.
    func removeStaleUploads() async throws {
        let (bucket, time) = (bucket, now() - Self.uploadLifetime)
        let garbage = try await database.write { database in
            try UploadRow.begun(before: time.milliseconds, bucket, database).flatMap {
                try UploadRow.delete($0, database)
            }
        }
        await removeBlobs(garbage)
    }

    private static func chosen(
        _ wanted: [(number: Int, etag: String)],
        from stored: [UploadRow.Part]
    ) throws -> [UploadRow.Part] {
        guard !wanted.isEmpty else { throw ObjectStoreError(.malformedXML, "You must specify at least one part.") }
        guard zip(wanted, wanted.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw ObjectStoreError(.invalidPartOrder, "The list of parts was not in ascending order.")
        }
        let parts = try wanted.map { part in
            guard let found = stored.first(where: { $0.number == part.number && $0.etag == part.etag }) else {
                throw ObjectStoreError(.invalidPart, "Part \(part.number) was not uploaded, or has another etag.")
            }
            return found
        }
        guard parts.dropLast().allSatisfy({ $0.size >= MultipartUpload.minimumPartByteCount }) else {
            throw ObjectStoreError(.entityTooSmall, "Every part but the last must have at least 5 MiB.")
        }
        return parts
    }

    private static func etag(of parts: [UploadRow.Part]) -> String {
        let digests = parts.flatMap { URIEncoding.bytes(hex: $0.etag) ?? [] }
        return "\(URIEncoding.hex(Insecure.MD5.hash(data: digests)))-\(parts.count)"
    }

    /// The bytes of the parts, one after the other.
    private func joined(_ parts: [UploadRow.Part]) -> ObjectBody {
        let reading = JoinedParts(parts) { [blobs] part in
            ObjectBody(try blobs.open(part.blob), range: 0..<part.size, path: blobs.path(of: part.blob))
        }
        return ObjectBody { try await reading.next() }
    }
}

/// Reads parts one after the other.
private actor JoinedParts {
    private var rest: ArraySlice<UploadRow.Part>
    private var present: ObjectBody.Iterator?
    private let open: @Sendable (UploadRow.Part) throws -> ObjectBody

    init(_ parts: [UploadRow.Part], open: @escaping @Sendable (UploadRow.Part) throws -> ObjectBody) {
        rest = parts[...]
        self.open = open
    }

    func next() async throws -> [UInt8]? {
        while true {
            if var reading = present {
                let chunk = try await reading.next()
                present = chunk == nil ? nil : reading
                if let chunk { return chunk }
            }
            guard let part = rest.popFirst() else { return nil }
            present = try open(part).makeAsyncIterator()
        }
    }
}
