import DurableSQLite
import GRDB
import WorkflowCore

/// The engine's store in one SQLite file, shared with whatever else keeps its tables there.
///
/// Every call is one unit of the file's ``DurableDatabase``: it shares its commit with the units that wait at the same
/// time, and is on disk when it returns. Several processes, and several stores in one process, may use the same file.
package final class SQLiteWorkflowStore: Sendable {
    let database: DurableDatabase
    let statements: StatementCache
    let workerLocks: WorkerLocks

    /// Opens the store, creating or migrating its tables.
    ///
    /// - Parameter applicationMigrations: all migrations of the other tables in the file. A file is migrated as a
    /// whole,
    ///   and one with unknown migrations is refused as newer than the program.
    /// - Throws: the database's errors.
    package static func open(
        _ database: DurableDatabase,
        applicationMigrations: DatabaseMigrator = DatabaseMigrator()
    ) async throws -> SQLiteWorkflowStore {
        var migrator = applicationMigrations
        WorkflowSchema.register(in: &migrator)
        try database.migrate(migrator)
        return try await attach(to: database)
    }

    /// The store in a file that has its tables.
    static func attach(to database: DurableDatabase) async throws -> SQLiteWorkflowStore {
        let statements = try await database.write { database in
            guard let connection = database.sqliteConnection else { throw StoreError.notTheWriter }
            return StatementCache(connection: connection)
        }
        return SQLiteWorkflowStore(database, statements, WorkerLocks(databasePath: database.configuration.path))
    }

    private init(_ database: DurableDatabase, _ statements: StatementCache, _ workerLocks: WorkerLocks) {
        self.database = database
        self.statements = statements
        self.workerLocks = workerLocks
    }

    /// Frees the store's statements and the locks of the workers it registered. Call it before the database is closed.
    package func close() async {
        workerLocks.releaseAll()
        await withCheckedContinuation { continuation in
            let isAccepted = database.submitJob { [statements] in
                statements.removeAll()
                continuation.resume()
            }
            // The database is closed, or about to be and still at its last units.
            if !isAccepted { continuation.resume() }
        }
    }

    deinit {
        // A closed database runs no units of this store any more: they would keep it alive. Nobody else uses the statements.
        if !database.submitJob({ [statements] in statements.removeAll() }) { statements.removeAll() }
    }
}

// MARK: Units
extension SQLiteWorkflowStore {
    /// Runs `body` as a unit that validates before it writes.
    func unit<Value: Sendable>(_ body: @escaping @Sendable (inout StoreUnit) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(body) { continuation.resume(with: $0) }
        }
    }

    func submit<Value: Sendable>(
        _ body: @escaping @Sendable (inout StoreUnit) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        database.submit({ try self.perform(in: $0, body) }, completion: completion)
    }

    /// Runs `body` within a transaction of the writer that is already open.
    func perform<Value>(in database: Database, _ body: (inout StoreUnit) throws -> Value) throws -> Value {
        guard database.sqliteConnection == statements.connection else { throw StoreError.notTheWriter }
        var unit = StoreUnit(statements)
        let value = try body(&unit)
        if !unit.changes.isEmpty { try self.database.note(unit.changes, in: database) }
        return value
    }

    /// For a worker's own reads: it answers them with commits only.
    func readingAhead<Value: Sendable>(
        _ body: @escaping @Sendable (StoreUnit) throws -> Value
    ) async throws -> Value {
        try await database.readAhead { try body(StoreUnit(ReaderStatements(database: $0))) }
    }

    func reading<Value: Sendable>(_ body: @escaping @Sendable (StoreUnit) throws -> Value) async throws -> Value {
        try await database.read { try body(StoreUnit(ReaderStatements(database: $0))) }
    }
}

extension SQLiteWorkflowStore {
    package func observe(_ observer: @escaping @Sendable ([StoreChange]) -> Void) -> StoreObservation {
        let observation = database.observe { notes, isForeign in
            if isForeign { return observer([.foreign]) }
            let changes = notes.flatMap { $0 as? [StoreChange] ?? [] }
            if !changes.isEmpty { observer(changes) }
        }
        return StoreObservation { observation.cancel() }
    }
}
