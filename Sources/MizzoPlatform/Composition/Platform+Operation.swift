import CloudServices
import DurableSQLite
import GRDB
import MizzoAPI
import MizzoCatalog
import WorkflowStore

extension Platform {
    /// The migrations of the platform's own tables; the engine adds those of its tables.
    static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        CloudMigrations.registerMigrations(in: &migrator)
        Catalog.registerMigrations(in: &migrator)
        APIMigrations.registerMigrations(in: &migrator)
        return migrator
    }

    /// The workflows of a database file, for operators' commands: also of one that is not the platform's. Nothing is
    /// migrated.
    package static func openStore(path: String) async throws -> any WorkflowStore {
        try await SQLiteWorkflowStore.openExisting(DurableDatabase.Configuration(path: path))
    }

    /// Upload events that were given up, oldest first.
    public func deadUploadEvents(limit: Int) async throws -> [DeadLetter] {
        try await uploadEvents.deadLetters(limit: limit)
    }

    /// Puts upload events that were given up back into the queue: those with the given ids, or all.
    ///
    /// - Returns: how many.
    public func redriveUploadEvents(_ ids: [String]?) async throws -> Int { try await uploadEvents.redrive(ids) }
}
