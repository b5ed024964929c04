import GRDB
import Logging

/// Read-only connections. They never checkpoint: `wal_autocheckpoint` is 0, and SQLite's checkpoint at closing needs a
/// write lock on the file, which a read-only descriptor cannot get.
final class ReaderPool: Sendable {
    private let pool: DatabasePool
    private let path: String
    private let logger: Logger

    init(_ configuration: DurableDatabase.Configuration) throws {
        var settings = WriterConnection.settings(configuration)
        settings.readonly = true
        settings.maximumReaderCount = max(1, configuration.readerCount)
        settings.label = "durable-sqlite.reader"
        path = configuration.path
        logger = configuration.logger
        pool = try DatabasePool(path: configuration.path, configuration: settings)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_MISUSE {
            throw DatabaseFailure(.databaseClosed, "\"\(path)\" is closed.", cause: error)
        }
    }

    /// Waits for running reads and closes the connections.
    func close() {
        do {
            try pool.close()
        } catch {
            logger.error("closing the reading connections failed", metadata: ["error": "\(error)"])
        }
    }
}
