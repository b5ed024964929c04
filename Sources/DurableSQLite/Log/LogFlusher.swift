import GRDB
import GRDBSQLite

/// Flushes the write-ahead log of one database, for all threads of this process.
///
/// Callers that wait at the same time share flushes. A flush that failed is never repeated: Linux marks the lost pages clean,
/// so a second one would succeed without having written anything. From then on every call throws.
final class LogFlusher: @unchecked Sendable {
    // SAFETY: the counters and `failure` only under the monitor's lock. SQLite's file object is written by the writer's
    // thread and flushed by others: `xSync` of the unix VFS uses the file's descriptor and nothing that a write changes. (The
    // first call on a new log also flushes its directory; it is made before other threads have the object.)
    private let monitor = Monitor()
    private let log: UnsafeMutablePointer<sqlite3_file>
    private let horizon: FlushHorizon
    private let path: String
    private let beforeFlush: (@Sendable () -> Int32)?
    let isOff: Bool
    private var begun = 0
    private var ended = 0
    private var isFlushing = false
    private var failure: DatabaseFailure?

    /// Flushes the log once, which also makes its directory entry durable, and what processes that have died left unflushed.
    /// With `Synchronous.unsafeNormal` it is off: calls return at once, and nothing is promised. Call with the writer lock held.
    init(
        _ log: UnsafeMutablePointer<sqlite3_file>,
        _ horizon: FlushHorizon,
        _ configuration: DurableDatabase.Configuration
    ) throws {
        self.log = log
        self.horizon = horizon
        path = configuration.path
        beforeFlush = configuration.beforeFlush
        isOff = configuration.synchronous == .unsafeNormal
        try flush()
        if !isOff { horizon.reachedAll() }
    }

    /// How many flushes were made.
    var count: Int { monitor.withLock { ended } }

    /// Why nothing more may be written; nil while all is well.
    var currentFailure: DatabaseFailure? { monitor.withLock { knownFailure } }

    /// This process's, or that of another one, which counts here too: both write to one log.
    private var knownFailure: DatabaseFailure? {
        if failure == nil, horizon.hasFailed { failure = lost(nil) }
        return failure
    }

    /// Lets no flush begin any more; one that is under way is waited for. The log may be closed then.
    func close() {
        monitor.withLock {
            while isFlushing { monitor.wait() }
            failure = failure ?? DatabaseFailure(.databaseClosed, "\"\(path)\" is closed.")
        }
    }

    /// Notes a flush that SQLite has made and that failed: it counts here and for other processes like one of this type's own.
    func fail(_ failure: DatabaseFailure) {
        monitor.withLock {
            self.failure = self.failure ?? failure
            horizon.setFailed(true)
        }
    }

    /// Returns when a flush that began after this call has ended.
    ///
    /// - Throws: `database-failed`, also when an earlier flush failed.
    func flush() throws(DatabaseFailure) {
        let wanted = monitor.withLock { begun + 1 }
        while let flush = try waitForTurn(wanted) {
            let result = sync()
            finish(flush, result)
        }
    }

    /// The number of the flush that the caller has to make, or nil when `wanted` has ended.
    private func waitForTurn(_ wanted: Int) throws(DatabaseFailure) -> Int? {
        let turn: Result<Int?, DatabaseFailure> = monitor.withLock {
            while true {
                if let failure = knownFailure { return .failure(failure) }
                if isOff { return .success(nil) }
                if ended >= wanted { return .success(nil) }
                if !isFlushing { break }
                monitor.wait()
            }
            isFlushing = true
            begun += 1
            return .success(begun)
        }
        return try turn.get()
    }

    private func finish(_ flush: Int, _ result: Int32) {
        monitor.withLock {
            isFlushing = false
            if result == SQLITE_OK {
                ended = flush
            } else {
                failure = failure ?? lost(DatabaseError(resultCode: ResultCode(rawValue: result)))
                horizon.setFailed(true)
            }
            monitor.broadcast()
        }
    }

    private func sync() -> Int32 {
        if let result = beforeFlush?(), result != SQLITE_OK { return result }
        guard let methods = log.pointee.pMethods, let xSync = methods.pointee.xSync else { return SQLITE_MISUSE }
        return xSync(log, SQLITE_SYNC_NORMAL)
    }

    private func lost(_ cause: (any Error)?) -> DatabaseFailure {
        DatabaseFailure(
            .databaseFailed,
            "a flush of the log of \"\(path)\" failed; the last groups may or may not be on disk. Check the volume and restart "
                + "every process that has the file open.",
            cause: cause
        )
    }
}
