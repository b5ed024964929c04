import Crypto
import DurableSQLite
import FoundationEssentials
import GRDB

/// Uploads in parts, for clients of S3's protocol. A part is a blob like any other; completing joins them into one.
extension FileObjectStore {
    /// S3's smallest part but the last, in bytes.
    static let minimumPartByteCount: Int64 = 5 << 20
    static let partNumbers = 1...10_000
    /// Uploads that nobody completes are removed after that.
    static let uploadLifetime: TimeInterval = 7 * 24 * 3600

    /// Begins an upload.
    /// - Returns: its id.
    func beginUpload(_ key: ObjectKey, contentType: String) async throws -> String {
        let (upload, bucket, time) = (UploadRow(id: makeID(), key: key, contentType: contentType), bucket, now())
        try await database.write { try UploadRow.insert(upload, bucket, at: time.milliseconds, $0) }
        return upload.id
    }

    /// Stores a part, in place of an earlier one with the same number.
    /// - Returns: the part's etag.
    func putPart<Body: AsyncSequence>(
        _ number: Int,
        of id: String,
        _ key: ObjectKey,
        body: Body,
        options: PutOptions
    ) async throws -> String where Body.Element: Collection<UInt8> {
        guard Self.partNumbers.contains(number) else {
            throw ObjectStoreError(.invalidArgument, "Part number must be an integer between 1 and 10000, inclusive.")
        }
        let bucket = bucket
        _ = try await database.read { try UploadRow.find(id, key, bucket, $0) }
        return try await storingBlob(body, options) { upload in
            let digests = upload.digests
            let part = UploadRow.Part(number: number, blob: upload.id, size: digests.size, etag: digests.etag)
            let replaced = try await database.write { database in
                _ = try UploadRow.find(id, key, bucket, database)
                return try UploadRow.save(part, of: id, database)
            }
            if let replaced { await removeBlob(replaced) }
            return digests.etag
        }
    }

    /// Joins the parts into an object; it and its announcements become visible in the transaction that ends the upload.
    func completeUpload(
        _ id: String,
        _ key: ObjectKey,
        naming wanted: [(number: Int, etag: String)],
        ifAbsent: Bool
    ) async throws -> ObjectInfo {
        let bucket = bucket
        let (upload, stored) = try await database.read { database in
            (try UploadRow.find(id, key, bucket, database), try UploadRow.parts(id, database))
        }
        let parts = try Self.chosen(wanted, from: stored)
        let options = PutOptions(contentType: upload.contentType, ifAbsent: ifAbsent)
        let garbage = GarbageList()
        let info = try await storingBlob(joined(parts), options) { blob in
            var write = ObjectWrite(key: key, blob: blob, options: options, etag: Self.etag(of: parts))
            write.operation = "CompleteMultipartUpload"
            write.also = { database in
                _ = try UploadRow.find(id, key, bucket, database)
                garbage.replace(try UploadRow.delete(id, database))
            }
            return try await commit(write)
        }
        await removeBlobs(garbage.blobs)
        return info
    }

    private func removeBlobs(_ ids: [String]) async {
        for id in ids { await removeBlob(id) }
    }

    /// Forgets an upload and its parts.
    func abortUpload(_ id: String, _ key: ObjectKey) async throws {
        let bucket = bucket
        let garbage = try await database.write { database in
            _ = try UploadRow.find(id, key, bucket, database)
            return try UploadRow.delete(id, database)
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
        guard parts.dropLast().allSatisfy({ $0.size >= minimumPartByteCount }) else {
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
