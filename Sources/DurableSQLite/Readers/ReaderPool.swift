import Dispatch
import GRDB
import Glibc
import Logging

/// Read-only connections. They never checkpoint: `wal_autocheckpoint` is 0, and SQLite's checkpoint at closing needs a
/// write lock on the file, which a read-only descriptor cannot get.
final class ReaderPool: Sendable {
    private let pool: DatabasePool
    private let path: String
    private let logger: Logger
    private let log: LogFlusher
    private let horizon: FlushHorizon
    private let settling = DispatchQueue(label: "durable-sqlite.settling")

    init(_ configuration: DurableDatabase.Configuration, log: LogFlusher, horizon: FlushHorizon) throws {
        (self.log, self.horizon) = (log, horizon)
        var settings = WriterConnection.settings(configuration)
        settings.readonly = true
        settings.maximumReaderCount = max(1, configuration.readerCount)
        settings.label = "durable-sqlite.reader"
        path = configuration.path
        logger = configuration.logger
        pool = try DatabasePool(path: configuration.path, configuration: settings)
    }

    /// - Parameter isAhead: what was read may be of a commit that is not on disk.
    func read<Value: Sendable>(
        isAhead: Bool,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            let (result, unflushed) = try await pool.read { [horizon] database in
                (Result { try body(database) }, isAhead ? nil : horizon.unflushed)
            }
            if let failure = log.currentFailure { throw failure }
            if let unflushed, !log.isOff { try await settle(unflushed) }
            return try result.get()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_MISUSE {
            throw DatabaseFailure(.databaseClosed, "\"\(path)\" is closed.", cause: error)
        }
    }

    /// Returns when what was read is on disk: it may be of a commit whose flush is under way, in this process or another one.
    ///
    /// Away from the reading connections, which are few, and from Swift's threads.
    private func settle(_ commit: UInt64) async throws {
        try await withCheckedThrowingContinuation { continuation in
            settling.async { [self] in
                continuation.resume(with: Result { try waitOrFlush(commit) })
            }
        }
    }

    /// Whoever has committed flushes, in most cases within a fraction of a millisecond. A flush of every reader's own would keep
    /// the disk from that; it is for commits whose process has died or is held up.
    private func waitOrFlush(_ commit: UInt64) throws {
        for _ in 0..<Self.looks {
            usleep(Self.pause)
            if horizon.hasReached(commit) { return }
        }
        try log.flush()
    }

    private static let looks = 8
    /// In microseconds.
    private static let pause: UInt32 = 250

    /// Waits for running reads and closes the connections.
    func close() {
        do {
            try pool.close()
        } catch {
            logger.error("closing the reading connections failed", metadata: ["error": "\(error)"])
        }
    }
}
