import FoundationEssentials
import GRDB

/// The row that makes a blob a visible object. All SQL on `cloudObject` is in this file.
struct ObjectRow: Sendable {
    let blob: String
    let info: ObjectInfo

    private init(_ row: Row) throws {
        blob = row["blob"]
        info = try ObjectInfo(
            key: ObjectKey(row["key"]),
            size: row["size"],
            etag: row["etag"],
            sha256: row["sha256"],
            contentType: row["contentType"],
            createdAt: Date(milliseconds: row["createdAt"]),
            metadata: ObjectMetadata(column: row["metadata"])
        )
    }

    static func find(_ key: ObjectKey, _ bucket: BucketName, _ database: Database) throws -> ObjectRow? {
        let sql = "SELECT * FROM cloudObject WHERE bucket = ? AND key = ?"
        return try Row.fetchOne(database, sql: sql, arguments: [bucket.rawValue, key.rawValue]).map(ObjectRow.init)
    }

    /// Inserts or replaces the row of a key.
    static func save(_ info: ObjectInfo, blob: String, _ bucket: BucketName, _ database: Database) throws {
        let sql = """
            INSERT INTO cloudObject (bucket, key, blob, size, etag, sha256, contentType, createdAt, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (bucket, key) DO UPDATE SET blob = excluded.blob, size = excluded.size, etag = excluded.etag,
                sha256 = excluded.sha256, contentType = excluded.contentType, createdAt = excluded.createdAt,
                metadata = excluded.metadata
            """
        let values: [(any DatabaseValueConvertible)?] = [
            bucket.rawValue, info.key.rawValue, blob, info.size, info.etag, info.sha256, info.contentType,
            info.createdAt.milliseconds, try info.metadata.column,
        ]
        try database.execute(sql: sql, arguments: StatementArguments(values))
    }

    /// Removes the row of a key; gives the blob that is garbage now.
    static func delete(_ key: ObjectKey, _ bucket: BucketName, _ database: Database) throws -> String? {
        let sql = "DELETE FROM cloudObject WHERE bucket = ? AND key = ? RETURNING blob"
        return try String.fetchOne(database, sql: sql, arguments: [bucket.rawValue, key.rawValue])
    }

    /// Whether an object, or a part of an upload, refers to a blob.
    static func exists(blob: String, _ database: Database) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM cloudObject WHERE blob = ?) OR EXISTS (SELECT 1 FROM cloudPart WHERE blob = ?)
            """
        return try Bool.fetchOne(database, sql: sql, arguments: [blob, blob]) ?? false
    }

    /// U+10FFFF is in no key (it is unassigned), so `prefix || U+10FFFF` is above every key with the prefix.
    static func list(
        _ prefix: String,
        after: String?,
        limit: Int,
        _ bucket: BucketName,
        _ database: Database
    ) throws -> [ObjectRow] {
        let sql = """
            SELECT * FROM cloudObject
            WHERE bucket = ? AND key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?
            """
        let values: [any DatabaseValueConvertible] = [
            bucket.rawValue, prefix, prefix + "\u{10FFFF}", after ?? "", limit,
        ]
        return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(values)).map(ObjectRow.init)
    }

    /// The next number of the store-wide counter; strictly growing with commits, also across restarts.
    static func nextSequence(_ database: Database) throws -> Int64 {
        let sql = "UPDATE cloudSequence SET value = value + 1 RETURNING value"
        guard let value = try Int64.fetchOne(database, sql: sql) else {
            throw ObjectStoreError(.internalError, "Table cloudSequence is empty. Run the migrations.")
        }
        return value
    }
}

extension Date {
    /// Milliseconds since 1970, the unit of all time columns.
    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
