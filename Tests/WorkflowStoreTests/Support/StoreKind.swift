import DurableSQLite
import Foundation
import Logging
import Testing
import WorkflowStore

/// The stores every rule of the seam is checked with.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite

    var testDescription: String { rawValue }

    /// Runs `body` with an empty store.
    func withStore(_ body: (any WorkflowStore) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryWorkflowStore())
        case .sqlite:
            try await SQLiteFile.withTemporary { file in
                try await file.withStore { store, _ in try await body(store) }
            }
        }
    }
}

/// A database file in a directory of its own.
struct SQLiteFile {
    let path: String

    static func withTemporary(_ body: (SQLiteFile) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(SQLiteFile(path: directory.appending(path: "store.sqlite").path))
    }

    var configuration: DurableDatabase.Configuration {
        var configuration = DurableDatabase.Configuration(path: path)
        configuration.logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        return configuration
    }

    func withStore(_ body: (SQLiteWorkflowStore, DurableDatabase) async throws -> Void) async throws {
        let database = try DurableDatabase.open(configuration)
        defer { database.close() }
        let store = try await SQLiteWorkflowStore.open(database)
        do {
            try await body(store, database)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}
