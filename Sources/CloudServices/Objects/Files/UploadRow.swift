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
    }

    let id: String
    let key: ObjectKey
    let contentType: String

    static func insert(_ upload: UploadRow, _ bucket: BucketName, at now: Int64, _ database: Database) throws {
        let sql = "INSERT INTO cloudUpload (id, bucket, key, contentType, createdAt) VALUES (?, ?, ?, ?, ?)"
        let values: [any DatabaseValueConvertible] = [
            upload.id, bucket.rawValue, upload.key.rawValue, upload.contentType, now,
        ]
        try database.execute(sql: sql, arguments: StatementArguments(values))
    }

    /// - Throws: ``ObjectStoreError`` `NoSuchUpload`, also when the id belongs to another key.
    static func find(_ id: String, _ key: ObjectKey, _ bucket: BucketName, _ database: Database) throws -> UploadRow {
        let sql = "SELECT contentType FROM cloudUpload WHERE id = ? AND bucket = ? AND key = ?"
        let arguments: StatementArguments = [id, bucket.rawValue, key.rawValue]
        guard let type = try String.fetchOne(database, sql: sql, arguments: arguments) else {
            throw ObjectStoreError(
                .noSuchUpload,
                "There is no such multipart upload. It was completed or aborted, or never begun. Begin a new one."
            )
        }
        return UploadRow(id: id, key: key, contentType: type)
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
