import DurableSQLite
import GRDB
import WorkflowCore
import WorkflowStore

/// Where runs are kept.
public struct WorkflowDatabase: Sendable {
    package let store: any WorkflowStore
    let watch: RunWatch

    package init(store: any WorkflowStore) {
        self.store = store
        watch = RunWatch(store)
    }

    /// Opens or creates a database file that holds nothing but workflows. Any number of processes may have it open.
    ///
    /// - Parameter path: the file; its directory must exist.
    public static func open(path: String) async throws -> WorkflowDatabase {
        try await open(DurableDatabase.open(DurableDatabase.Configuration(path: path)))
    }

    /// The workflow tables in a database file that is open already, next to the application's own tables.
    ///
    /// - Parameter applicationMigrations: all migrations of those tables. The file is migrated as a whole; one with
    ///   migrations that neither the engine nor the application knows is refused as newer than the program.
    public static func open(
        _ database: DurableDatabase,
        applicationMigrations: DatabaseMigrator = DatabaseMigrator()
    ) async throws -> WorkflowDatabase {
        WorkflowDatabase(
            store: try await SQLiteWorkflowStore.open(database, applicationMigrations: applicationMigrations)
        )
    }

    /// Runs in memory, for tests: nothing outlives the process, and transactional activities are refused.
    public static func inMemory() -> WorkflowDatabase { WorkflowDatabase(store: MemoryWorkflowStore()) }
}
