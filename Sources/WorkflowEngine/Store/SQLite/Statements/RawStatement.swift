import GRDB
import GRDBSQLite

/// A prepared statement in use: parameters are bound in order, columns read by position.
///
/// Lives within one unit, on its connection's thread. Thin on purpose: the engine's hot path spends its time here.
struct RawStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private var bound: Int32 = 0

    init(handle: OpaquePointer, connection: OpaquePointer) {
        self.handle = handle
        self.connection = connection
        sqlite3_reset(handle)
    }

    mutating func bind(_ value: Int64) {
        bound += 1
        sqlite3_bind_int64(handle, bound, value)
    }

    mutating func bind(_ value: Int) { bind(Int64(value)) }
    mutating func bind(_ value: Bool) { bind(value ? 1 as Int64 : 0) }

    mutating func bind(_ value: Int64?) {
        if let value { bind(value) } else { bindNull() }
    }

    mutating func bind(_ value: String) {
        bound += 1
        // `withCString` also gives an empty text an address; without one NULL would be bound.
        let index = bound
        let count = Int32(value.utf8.count)
        _ = value.withCString { sqlite3_bind_text(handle, index, $0, count, Self.transient) }
    }

    mutating func bind(_ value: String?) {
        if let value { bind(value) } else { bindNull() }
    }

    mutating func bind(_ value: [UInt8]?) {
        guard let value else { return bindNull() }
        bound += 1
        if value.isEmpty {
            sqlite3_bind_zeroblob(handle, bound, 0)
        } else {
            sqlite3_bind_blob(handle, bound, value, Int32(value.count), Self.transient)
        }
    }

    private mutating func bindNull() {
        bound += 1
        sqlite3_bind_null(handle, bound)
    }

    /// Runs a statement that returns no rows.
    func run() throws { while try step() {} }

    /// The key of the row that the last insert made. (`RETURNING` would open a temporary table for it.)
    var insertedKey: Int64 { sqlite3_last_insert_rowid(connection) }

    /// Goes to the next row; `false`, and ready for the next use, when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code:
            let message = String(cString: sqlite3_errmsg(connection))
            let sql = String(cString: sqlite3_sql(handle))
            sqlite3_reset(handle)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
        }
    }

    /// Ends a query before its last row.
    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func bool(_ column: Int32) -> Bool { integer(column) != 0 }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func blob(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Makes SQLite copy what is bound.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
