import GRDB
import GRDBSQLite
import Logging

/// One SQLite file with durable group commits: the only owner of its writing connection in this process.
///
/// - An acknowledged write is on disk (`synchronous=FULL`); units that wait at the same time share one flush.
/// - A read sees every write acknowledged before it began.
/// - Several instances, in one or many processes, may have the same file open. They take turns under an advisory lock
///   and learn of each other's commits through `observe`.
///
/// Units run on one dedicated thread, in the order in which they were submitted, and possibly more than once.
public final class DurableDatabase: DatabaseAccess, Sendable {
    /// How the database was opened.
    public let configuration: Configuration
    private let loop: DatabaseWriterLoop
    private let thread: DedicatedThread
    private let acknowledging: DedicatedThread
    private let watcher: ChangeWatcher
    private let readers: ReaderPool

    /// Opens or creates the file in WAL mode, mode 0600. Its directory must exist.
    ///
    /// - Throws: `open-failed`, `lock-unavailable`, or GRDB's error when the file is not a database.
    public static func open(_ configuration: Configuration) throws -> DurableDatabase {
        try DatabaseFile.prepare(configuration.path, logger: configuration.logger)
        let lock = try WriterLock(databasePath: configuration.path)
        let connection = try lock.withLock { try WriterConnection(configuration, lock: lock) }
        do {
            let database = try DurableDatabase(configuration, connection: connection, lock: lock)
            log(configuration)
            return database
        } catch {
            // Closing the last connection checkpoints, so it needs the lock too.
            try lock.withLock { try connection.close() }
            throw error
        }
    }

    private static func log(_ configuration: Configuration) {
        configuration.logger.info(
            "opened database",
            metadata: [
                "path": "\(configuration.path)", "sqlite": "\(String(cString: sqlite3_libversion()))",
                "synchronous": "\(configuration.synchronous.rawValue)",
            ]
        )
    }

    private init(
        _ configuration: Configuration,
        connection: WriterConnection,
        lock: WriterLock
    ) throws {
        self.configuration = configuration
        readers = try ReaderPool(configuration, log: connection.log, horizon: lock.horizon)
        let loop = DatabaseWriterLoop(configuration, connection: connection, lock: lock, readers: readers)
        self.loop = loop
        watcher = try ChangeWatcher(configuration, inbox: loop.inbox)
        let acknowledger = loop.acknowledger
        acknowledging = try DedicatedThread(name: "sqlite-flusher") { acknowledger.run() }
        thread = try DedicatedThread(name: "sqlite-writer") { loop.run() }
    }

    deinit {
        watcher.stopLater()
        loop.inbox.close()
    }

    /// Runs `body` as one all-or-nothing unit; its changes are on disk when the call returns.
    ///
    /// A savepoint surrounds it: an error it throws undoes its own changes only and is rethrown. `body` may run more
    /// than once and must have no effect outside the database.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            submitProtected(body) { continuation.resume(with: $0) }
        }
    }

    /// Runs `body` on a snapshot that contains everything acknowledged before the call, and nothing that a power cut after the
    /// call's return could take back.
    ///
    /// `readerCount` reads run at the same time; more of them wait without blocking a thread of the caller.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await readers.read(isAhead: false, body)
    }

    /// `read` without waiting for flushes: it may see commits that a power cut could still take back. For callers all of whose
    /// consequences are later commits to this file, which are flushed together with what they have seen.
    package func readAhead<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await readers.read(isAhead: true, body)
    }

    /// Queues `unit` for the next group commit: the hot path, without a savepoint.
    ///
    /// A unit should validate before it writes. If it throws anyway, the whole group is rolled back and its units are
    /// redone one by one, so only the faulty one fails. `completion` is called once, on a thread of the database, after the
    /// commit's flush; it must return at once.
    @inlinable
    public func submit<Value: Sendable>(
        _ unit: @escaping @Sendable (Database) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        enqueue([WriteUnit(isProtected: false, unit, completion)])
    }

    /// `submit` for several units at once. They are queued together, so they share a commit where the group's limit allows
    /// it; each still succeeds or fails for itself.
    @inlinable
    public func submit<Value: Sendable>(
        _ units: [(
            unit: @Sendable (Database) throws -> Value, completion: @Sendable (Result<Value, any Error>) -> Void
        )]
    ) {
        enqueue(units.map { WriteUnit(isProtected: false, $0.unit, $0.completion) })
    }

    /// `submit` on the calling thread, which then waits for the commit and its flush instead of waking the writer's thread and
    /// being woken by it. For a caller with nothing else to do.
    ///
    /// `completion` is called before this returns, or by another thread soon after. Within both, the calling thread is a thread
    /// of this database.
    /// - Returns: false, and nothing was done, while other units, a flush or another process are at work.
    @inlinable
    public func submitHere<Value: Sendable>(
        _ unit: @escaping @Sendable (Database) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> Bool {
        runHere(WriteUnit(isProtected: false, unit, completion))
    }

    /// `submit` with a savepoint, like `write`: for units that cannot validate before they write.
    @inlinable
    public func submitProtected<Value: Sendable>(
        _ unit: @escaping @Sendable (Database) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        enqueue([WriteUnit(isProtected: true, unit, completion)])
    }

    /// Attaches `note` to the running unit. Observers get it after the unit's commit, and never if the unit is undone.
    ///
    /// - Throws: `note-outside-unit` unless it is called by a unit, with the database the unit was given.
    public func note(_ note: any Sendable, in database: Database) throws(DatabaseFailure) {
        try loop.notes.add(note, in: database)
    }

    /// Calls `observer` after each commit that has notes, with the notes in order and `foreign: false`; and after
    /// another connection (another process or another instance) has committed, with no notes and `foreign: true`.
    ///
    /// Several foreign commits may be reported as one. The observer runs on a thread of the database and must return at
    /// once; it may submit units.
    public func observe(
        _ observer: @escaping @Sendable (_ notes: [any Sendable], _ foreign: Bool) -> Void
    ) -> DatabaseObservation {
        loop.acknowledger.observers.add(observer)
    }

    /// Calls `observer` after commits, of this connection and others, with notes or without; several may be told as one.
    /// It runs on a thread of the database and must return at once.
    public func observeCommits(_ observer: @escaping @Sendable () -> Void) -> DatabaseObservation {
        loop.acknowledger.commitObservers.add { _, _ in observer() }
    }

    /// The failed flush after which nothing can be written or read here any more, or nil. One of another process counts: they share
    /// the log. Every process that has the file open has to end; the first to open it again repairs it.
    public var failure: DatabaseFailure? { loop.connection.log.currentFailure }

    /// Applies unapplied migrations, under the lock that orders all writers: several processes may call it at once.
    ///
    /// Blocks the calling thread.
    /// - Throws: `database-newer` when the file has migrations `migrator` does not know; else what a migration throws.
    public func migrate(_ migrator: DatabaseMigrator) throws {
        let loop = loop
        try runJob { try loop.migrate(migrator) }
    }

    /// Finishes queued units, waits for running reads, copies the log into the file and closes it. Idempotent.
    ///
    /// Blocks the calling thread; called on the writer's own thread, it only asks for the end.
    public func close() {
        loop.inbox.close()
        watcher.stopLater()
        guard !loop.isOwnThread else { return }
        watcher.stop()
        thread.join()
        acknowledging.join()
    }

    @usableFromInline
    func runHere(_ unit: WriteUnit) -> Bool { loop.writeHere(unit) }

    @usableFromInline
    func enqueue(_ units: [WriteUnit]) {
        guard !loop.inbox.add(units) else { return }
        for unit in units { unit.fail(closed) }
    }

    private var closed: DatabaseFailure {
        DatabaseFailure(.databaseClosed, "\"\(configuration.path)\" is closed; nothing was written.")
    }
}

extension DurableDatabase {
    /// Runs `job` alone on the writer's thread, also after a failed flush: for what belongs to the connection and not to the file.
    ///
    /// - Returns: false, and nothing was done, when the database is closed.
    package func submitJob(_ job: @escaping @Sendable () -> Void) -> Bool { loop.inbox.add(job: job) }

    /// Runs `job` alone on the writer's thread and waits for it.
    func runJob<Value: Sendable>(_ job: @escaping @Sendable () throws -> Value) throws -> Value {
        guard !loop.isOwnThread else {
            throw DatabaseFailure(.wrongThread, "a blocking call cannot be made from a unit, completion or observer.")
        }
        let answer = JobAnswer<Value>()
        let accepted = loop.inbox.add(job: { answer.set(Result { try job() }) })
        guard accepted else { throw closed }
        return try answer.wait().get()
    }

    /// What the writer has done since opening.
    package struct Counters: Sendable {
        /// Transactions committed by units.
        package var commits = 0
        /// Units finished, failed ones included.
        package var units = 0
        /// Checkpoints made while open.
        package var checkpoints = 0
        /// Flushes of the log, without those that SQLite makes when it copies it.
        package var flushes = 0
    }

    package var counters: Counters { loop.acknowledger.currentCounters }
}
