import DurableSQLite
import FoundationEssentials
import GRDB
import Logging

/// The embedded object store: bytes in files, everything else in the one SQLite database.
///
/// Why the metadata is in SQLite and not in files beside the bytes: the row that makes an object visible, the message
/// that announces it and the check that the key is free are then one transaction. A crash at any moment leaves
/// either all of them or none, plus at worst an unreferenced file that the next start removes.
///
/// An instance serves one bucket. Several processes may use the same root and database at the same time.
public struct FileObjectStore: ObjectStore {
    /// What an operator decides.
    public struct Configuration: Sendable {
        /// Absolute path of the directory that holds `objects/` and `tmp/`; made with mode 0700 when missing.
        public var root: String
        /// The bucket this store serves.
        public var bucket: BucketName
        /// Where clients reach the HTTP layer that calls ``PresignedRequestHandler``.
        public var endpoint: ServiceEndpoint
        /// Region in signatures and events.
        public var region: String
        /// The key pair presigned requests are signed and verified with.
        public var credentials: AWSCredentials
        /// Which new objects are announced to which queue.
        public var notifications: [ObjectNotification]
        /// Larger objects fail with `EntityTooLarge`. The default is S3's limit for one PUT, 5 GiB.
        public var maximumObjectByteCount: Int64

        /// A configuration; `notifications` may be empty.
        public init(
            root: String,
            bucket: BucketName,
            endpoint: ServiceEndpoint,
            region: String = "us-east-1",
            credentials: AWSCredentials,
            notifications: [ObjectNotification] = [],
            maximumObjectByteCount: Int64 = 5 << 30
        ) {
            self.root = root
            self.bucket = bucket
            self.endpoint = endpoint
            self.region = region
            self.credentials = credentials
            self.notifications = notifications
            self.maximumObjectByteCount = maximumObjectByteCount
        }
    }

    let configuration: Configuration
    let database: any DatabaseAccess
    let blobs: BlobDirectory
    let logger: Logger
    let now: @Sendable () -> Date
    let makeID: @Sendable () -> String

    var bucket: BucketName { configuration.bucket }

    /// Opens the store and makes its directories. The database must have ``CloudMigrations``.
    ///
    /// Call ``removeGarbage()`` once at start.
    /// - Throws: ``FileSystemError`` when the root cannot be used.
    public init(
        configuration: Configuration,
        database: any DatabaseAccess,
        logger: Logger = Logger(label: "cloud.objects"),
        now: @escaping @Sendable () -> Date = { Date() },
        makeID: @escaping @Sendable () -> String = RandomID.make
    ) throws {
        self.configuration = configuration
        self.database = database
        self.logger = logger
        self.now = now
        self.makeID = makeID
        blobs = try BlobDirectory(root: configuration.root, bucket: configuration.bucket)
    }

    /// See ``ObjectStore/head(_:)``.
    public func head(_ key: ObjectKey) async throws -> ObjectInfo {
        try await row(key).info
    }

    /// See ``ObjectStore/get(_:range:ifMatch:)``. The bytes stay readable to the end even if the object is replaced or
    /// deleted meanwhile.
    public func get(_ key: ObjectKey, range: ByteRange?, ifMatch: String?) async throws -> ObjectContent {
        let (row, file) = try await openBlob(key)
        if let ifMatch, ifMatch != row.info.etag {
            throw ObjectStoreError(
                .preconditionFailed,
                "Object \"\(key)\" has etag \(row.info.etag), expected \(ifMatch). It was replaced; pin it anew."
            )
        }
        let offsets = try range?.resolved(size: row.info.size) ?? 0..<row.info.size
        let body = ObjectBody(file, range: offsets, path: blobs.path(of: row.blob))
        return ObjectContent(info: row.info, range: offsets, body: body)
    }

    /// See ``ObjectStore/delete(_:)``.
    public func delete(_ key: ObjectKey) async throws {
        let bucket = bucket
        let blob = try await database.write { try ObjectRow.delete(key, bucket, $0) }
        if let blob { await removeBlob(blob) }
    }

    /// See ``ObjectStore/list(prefix:after:limit:)``.
    public func list(prefix: String, after: ObjectKey?, limit: Int) async throws -> ObjectListing {
        guard (1...1000).contains(limit) else {
            throw ObjectStoreError(.invalidArgument, "The page size must be 1...1000, got \(limit).")
        }
        let bucket = bucket
        let rows = try await database.read {
            try ObjectRow.list(prefix, after: after?.rawValue, limit: limit + 1, bucket, $0)
        }
        let page = rows.prefix(limit).map(\.info)
        return ObjectListing(objects: page, next: rows.count > limit ? page.last?.key : nil)
    }

    /// Removes what crashes left behind: uploads whose process is gone, and files no object refers to. Uploads in
    /// flight, also those of other processes, are not touched.
    /// - Returns: how many files were removed.
    @discardableResult
    public func removeGarbage() async throws -> Int {
        try await removeStaleUploads()
        let blobs = blobs
        var removed = try await BlockingWork.run { try blobs.removeAbandonedUploads() }
        for shard in try await BlockingWork.run({ try blobs.shards() }) {
            let ids = try await BlockingWork.run { try blobs.blobs(inShard: shard) }
            let orphans = try await database.read { database in
                try ids.filter { try !ObjectRow.exists(blob: $0, database) }
            }
            for id in orphans where try await discard(id) { removed += 1 }
        }
        if removed > 0 { logger.info("removed abandoned files", metadata: ["count": "\(removed)"]) }
        return removed
    }

    /// Removes a sealed blob unless its writer lives or a row refers to it. The lock is held while the row is looked
    /// up, so a writer that commits in between is seen.
    func discard(_ id: String) async throws -> Bool {
        let blobs = blobs
        guard let lock = try await BlockingWork.run({ try blobs.lock(id) }) else { return false }
        let isReferenced = try await database.read { try ObjectRow.exists(blob: id, $0) }
        guard !isReferenced else { return false }
        try await BlockingWork.run { try blobs.remove(id) }
        return withExtendedLifetime(lock) { true }
    }

    /// Best effort: what stays is found by ``removeGarbage()``.
    func removeBlob(_ id: String) async {
        let blobs = blobs
        do {
            try await BlockingWork.run { try blobs.remove(id) }
        } catch {
            logger.warning("could not remove file", metadata: ["blob": "\(id)", "error": "\(error)"])
        }
    }

    func exists(_ key: ObjectKey) async throws -> Bool {
        let bucket = bucket
        return try await database.read { try ObjectRow.find(key, bucket, $0) != nil }
    }

    private func row(_ key: ObjectKey) async throws -> ObjectRow {
        let bucket = bucket
        guard let row = try await database.read({ try ObjectRow.find(key, bucket, $0) }) else {
            throw ObjectStoreError.noSuchKey(key)
        }
        return row
    }

    /// A blob may vanish between the row and the open when its object is replaced; then the new row is read.
    private func openBlob(_ key: ObjectKey) async throws -> (ObjectRow, OpenFile) {
        let blobs = blobs
        var missing: String?
        while true {
            let row = try await row(key)
            do {
                return (row, try await BlockingWork.run { try blobs.open(row.blob) })
            } catch let error as FileSystemError {
                guard missing != row.blob else {
                    logger.error("object unreadable", metadata: ["blob": "\(row.blob)", "error": "\(error)"])
                    throw ObjectStoreError(
                        .internalError,
                        "The bytes of \"\(key)\" cannot be read. Restore the object."
                    )
                }
                missing = row.blob
            }
        }
    }
}
