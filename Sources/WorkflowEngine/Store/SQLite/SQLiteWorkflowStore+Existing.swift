import DurableSQLite
import GRDB

/// Opening a file that belongs to somebody else: an operator's look changes nothing.
extension SQLiteWorkflowStore {
    /// Opens the workflows of an existing file without migrating it, whatever other tables it has.
    ///
    /// A program that applied its own migrations here would lock out the application the file belongs to, which does not
    /// know them; and one that is newer than the running workers would migrate the file under them.
    ///
    /// - Throws: `open-failed` when the file has no workflow tables, `database-newer` when they are newer than this
    ///   program, the database's errors.
    package static func openExisting(_ configuration: DurableDatabase.Configuration) async throws -> SQLiteWorkflowStore
    {
        // Before the file is opened for writing, which makes a WAL database of it.
        try checkTables(of: configuration.path)
        return try await attach(to: DurableDatabase.open(configuration))
    }

    private static func appliedMigrations(of path: String) throws -> Set<String> {
        var settings = GRDB.Configuration()
        settings.readonly = true
        settings.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: path, configuration: settings)
        let applied: Set<String> = try queue.read { database in
            try database.tableExists("grdb_migrations")
                ? Set(String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations")) : []
        }
        try queue.close()
        return applied
    }

    private static func checkTables(of path: String) throws {
        let applied = try appliedMigrations(of: path)
        var migrator = DatabaseMigrator()
        WorkflowSchema.register(in: &migrator)
        let known = Set(migrator.migrations)
        let unknown = applied.filter { $0.hasPrefix(WorkflowSchema.migrationPrefix) }.subtracting(known).sorted()
        guard unknown.isEmpty else {
            throw DatabaseFailure(
                .databaseNewer,
                "\"\(path)\" was migrated by a newer version: it has \(unknown), which this program does not know. "
                    + "Use the newer version."
            )
        }
        guard known.isSubset(of: applied) else {
            throw DatabaseFailure(
                .openFailed,
                "\"\(path)\" has no workflow tables of this version; nothing was changed. Start a worker on it, which "
                    + "makes them, or name another file."
            )
        }
    }
}
