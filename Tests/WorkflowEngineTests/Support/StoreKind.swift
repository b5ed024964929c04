import DurableSQLite
import Foundation
import Logging
import WorkflowEngine
import WorkflowStore

/// The stores a test runs on.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case sqlite

    /// Runs `body` with a fresh database of this kind.
    func withDatabase<Value>(_ body: (WorkflowDatabase) async throws -> Value) async throws -> Value {
        switch self {
        case .memory: return try await body(.inMemory())
        case .sqlite: return try await DatabaseFolder.with { try await $0.opened(body) }
        }
    }
}

/// A directory with one database file, for tests that open it several times.
struct DatabaseFolder {
    let path: String

    /// Runs `body` with an empty directory and removes it afterwards.
    static func with<Value>(_ body: (DatabaseFolder) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(DatabaseFolder(path: url.path))
    }

    /// Runs `body` with the file opened, and closes it afterwards.
    func opened<Value>(_ body: (WorkflowDatabase) async throws -> Value) async throws -> Value {
        var configuration = DurableDatabase.Configuration(path: path + "/workflows.sqlite")
        configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let durable = try DurableDatabase.open(configuration)
        let database = try await WorkflowDatabase.open(durable)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        await (database.store as? SQLiteWorkflowStore)?.close()
        durable.close()
        return try result.get()
    }
}
