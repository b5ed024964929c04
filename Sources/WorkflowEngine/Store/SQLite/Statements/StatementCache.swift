import GRDB
import GRDBSQLite

/// Where a unit gets its statements.
protocol StatementSource {
    func prepare(_ sql: StaticString) throws -> RawStatement
}

/// The prepared statements of the writing connection, one per SQL text, found by the text's address.
///
/// Confined to the writer's thread: made there, used only inside units, and emptied by a unit.
// SAFETY: units run one after the other, and nothing but units touches the cache.
final class StatementCache: StatementSource, @unchecked Sendable {
    let connection: OpaquePointer
    private var handles: [UnsafePointer<UInt8>: OpaquePointer] = [:]

    init(connection: OpaquePointer) { self.connection = connection }

    func prepare(_ sql: StaticString) throws -> RawStatement {
        if let handle = handles[sql.utf8Start] { return RawStatement(handle: handle, connection: connection) }
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(connection, sql.description, -1, flags, &handle, nil)
        guard code == SQLITE_OK, let handle else {
            let message = String(cString: sqlite3_errmsg(connection))
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql.description)
        }
        handles[sql.utf8Start] = handle
        return RawStatement(handle: handle, connection: connection)
    }

    /// Frees the statements, so that the connection can be closed.
    func removeAll() {
        for handle in handles.values { sqlite3_finalize(handle) }
        handles = [:]
    }
}

/// Statements of a reading connection, kept by GRDB.
struct ReaderStatements: StatementSource {
    let database: Database

    func prepare(_ sql: StaticString) throws -> RawStatement {
        let statement = try database.cachedStatement(sql: sql.description)
        guard let connection = database.sqliteConnection else { throw StoreError.notTheWriter }
        return RawStatement(handle: statement.sqliteStatement, connection: connection)
    }
}
