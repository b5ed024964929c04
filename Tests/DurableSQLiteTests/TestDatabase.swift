import DurableSQLite
import Foundation
import GRDB
import Logging

/// A directory that disappears with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("durable-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }
}

/// A database in a directory of its own, with a table `entry` and a `counter` of one row.
struct TestDatabase {
    let directory: TemporaryDirectory
    let database: DurableDatabase
    var path: String { database.configuration.path }

    init(_ adjust: (inout DurableDatabase.Configuration) -> Void = { _ in }) throws {
        directory = try TemporaryDirectory()
        database = try DurableDatabase.open(Self.configuration(directory.file("test.sqlite"), adjust))
        try database.migrate(Self.schema)
    }

    /// A second instance on the same file.
    func openAgain(_ adjust: (inout DurableDatabase.Configuration) -> Void = { _ in }) throws -> DurableDatabase {
        try DurableDatabase.open(Self.configuration(path, adjust))
    }

    static func configuration(
        _ path: String,
        _ adjust: (inout DurableDatabase.Configuration) -> Void = { _ in }
    ) -> DurableDatabase.Configuration {
        var configuration = DurableDatabase.Configuration(path: path)
        configuration.logger.logLevel = .critical
        adjust(&configuration)
        return configuration
    }

    static var schema: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("tables") { database in
            try database.execute(
                sql: """
                    CREATE TABLE entry (id INTEGER PRIMARY KEY, content BLOB UNIQUE);
                    CREATE TABLE plain (id INTEGER PRIMARY KEY, content BLOB);
                    CREATE TABLE counter (value INTEGER NOT NULL);
                    INSERT INTO counter VALUES (0);
                    CREATE TABLE child (
                        parent INTEGER NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED)
                    """
            )
        }
        return migrator
    }
}

extension DurableDatabase {
    /// The contents of `entry`, in order of insertion.
    func entries() async throws -> [String] {
        try await read { try String.fetchAll($0, sql: "SELECT content FROM entry ORDER BY id") }
    }

    func insert(_ content: String) async throws {
        try await write { try $0.execute(sql: "INSERT INTO entry (content) VALUES (?)", arguments: [content]) }
    }

    func integrity() async throws -> String? {
        try await read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }

    /// `submit` for a test that waits.
    func submitted<Value: Sendable>(_ unit: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(unit) { continuation.resume(with: $0) }
        }
    }

    /// Makes the units that `queue` submits one group: the writer is held until they are all queued.
    func asOneGroup(_ queue: () -> Void) {
        let entered = DispatchSemaphore(value: 0)
        let proceed = DispatchSemaphore(value: 0)
        submit { _ in
            entered.signal()
            proceed.wait()
        } completion: { _ in
        }
        entered.wait()
        queue()
        proceed.signal()
    }
}
