import FoundationEssentials
import GRDB

/// A multipart upload that is neither completed nor aborted. All SQL on `cloudUpload` and `cloudPart` is in this file.
struct UploadRow: Sendable {
    /// A part that was stored.
    struct Part: Sendable, Equatable {
        let number: Int
        let blob: String
        let size: Int64
        let etag: String

        /// What the outside may know.
        var facts: UploadedPart { UploadedPart(number: number, size: size, etag: etag) }
    }

    let upload: MultipartUpload
    let contentType: String
    let metadata: ObjectMetadata
    /// Milliseconds since 1970.
    let createdAt: Int64

    init(_ upload: MultipartUpload, contentType: String, metadata: ObjectMetadata, createdAt: Int64) {
        self.upload = upload
        self.contentType = contentType
        self.metadata = metadata
        self.createdAt = createdAt
    }

    private init(_ upload: MultipartUpload, _ row: Row) throws {
        self.init(
            upload,
            contentType: row["contentType"],
            metadata: try ObjectMetadata(column: row["metadata"]),
            createdAt: row["createdAt"]
        )
    }

    static func insert(_ row: UploadRow, _ bucket: BucketName, _ database: Database) throws {
        let sql =
            "INSERT INTO cloudUpload (id, bucket, key, contentType, metadata, createdAt) VALUES (?, ?, ?, ?, ?, ?)"
        let values: [(any DatabaseValueConvertible)?] = [
            row.upload.id, bucket.rawValue, row.upload.key.rawValue, row.contentType, try row.metadata.column,
            row.createdAt,
        ]
        try database.execute(sql: sql, arguments: StatementArguments(values))
    }

    /// - Throws: ``ObjectStoreError`` `NoSuchUpload`, also when the id belongs to another key.
    @discardableResult
    static func find(_ upload: MultipartUpload, _ bucket: BucketName, _ database: Database) throws -> UploadRow {
        let sql = "SELECT contentType, metadata, createdAt FROM cloudUpload WHERE id = ? AND bucket = ? AND key = ?"
        let arguments: StatementArguments = [upload.id, bucket.rawValue, upload.key.rawValue]
        guard let row = try Row.fetchOne(database, sql: sql, arguments: arguments) else {
            throw ObjectStoreError(
                .noSuchUpload,
                "There is no such multipart upload. It was completed or aborted, or never begun. Begin a new one."
            )
        }
        return try UploadRow(upload, row)
    }

    /// Uploads in the order of their keys' bytes, then of their ids.
    static func list(
        _ prefix: String,
        after: (key: String, id: String),
        limit: Int,
        _ bucket: BucketName,
        _ database: Database
    ) throws -> [UploadRow] {
        let sql = """
            SELECT id, key, contentType, metadata, createdAt FROM cloudUpload
            WHERE bucket = ? AND substr(key, 1, length(?)) = ? AND (key, id) > (?, ?) ORDER BY key, id LIMIT ?
            """
        let arguments: StatementArguments = [bucket.rawValue, prefix, prefix, after.key, after.id, limit]
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            try UploadRow(MultipartUpload(key: ObjectKey(row["key"]), id: row["id"]), row)
        }
    }

    static func parts(_ id: String, _ database: Database) throws -> [Part] {
        let sql = "SELECT number, blob, size, etag FROM cloudPart WHERE upload = ? ORDER BY number"
        return try Row.fetchAll(database, sql: sql, arguments: [id]).map { row in
            Part(number: row["number"], blob: row["blob"], size: row["size"], etag: row["etag"])
        }
    }

    /// Stores a part.
    /// - Returns: the blob of an earlier part with the same number, which is garbage now.
    static func save(_ part: Part, of id: String, _ database: Database) throws -> String? {
        let old = try String.fetchOne(
            database,
            sql: "DELETE FROM cloudPart WHERE upload = ? AND number = ? RETURNING blob",
            arguments: [id, part.number]
        )
        let sql = "INSERT INTO cloudPart (upload, number, blob, size, etag) VALUES (?, ?, ?, ?, ?)"
        let values: [any DatabaseValueConvertible] = [id, part.number, part.blob, part.size, part.etag]
        try database.execute(sql: sql, arguments: StatementArguments(values))
        return old
    }

    /// Removes an upload.
    /// - Returns: the blobs that are garbage now.
    static func delete(_ id: String, _ database: Database) throws -> [String] {
        let sql = "DELETE FROM cloudPart WHERE upload = ? RETURNING blob"
        let blobs = try String.fetchAll(database, sql: sql, arguments: [id])
        try database.execute(sql: "DELETE FROM cloudUpload WHERE id = ?", arguments: [id])
        return blobs
    }

    /// Uploads that were begun before `time`.
    static func begun(before time: Int64, _ bucket: BucketName, _ database: Database) throws -> [String] {
        let sql = "SELECT id FROM cloudUpload WHERE bucket = ? AND createdAt < ?"
        return try String.fetchAll(database, sql: sql, arguments: [bucket.rawValue, time])
    }
}
