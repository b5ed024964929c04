import GRDB
import Logging

/// The body of the writer's thread: one group after the other, until it is closed and nothing is queued.
final class DatabaseWriterLoop: @unchecked Sendable {
    // SAFETY: `checkpointer` and `failure` belong to the thread that runs `run` and, between `borrow` and `giveBack`, to the
    // one that has borrowed its work; the inbox's lock lies between. The rest is immutable.
    let inbox: WriterInbox
    let notes: UnitNotes
    private let thread = ThreadMark()
    let acknowledger: Acknowledger
    let connection: WriterConnection
    let lock: WriterLock
    private let readers: ReaderPool
    private let configuration: DurableDatabase.Configuration
    private var checkpointer: Checkpointer
    private var failure: DatabaseFailure?

    init(
        _ configuration: DurableDatabase.Configuration,
        connection: WriterConnection,
        lock: WriterLock,
        readers: ReaderPool
    ) {
        self.configuration = configuration
        self.readers = readers
        self.connection = connection
        self.lock = lock
        inbox = WriterInbox()
        notes = UnitNotes(of: connection.queue)
        acknowledger = Acknowledger(log: connection.log, lock: lock, logger: configuration.logger)
        checkpointer = Checkpointer(
            threshold: configuration.checkpointPages,
            sizeLimit: configuration.walSizeLimit,
            databasePath: configuration.path
        )
    }

    /// Whether the caller is on one of the threads that serve this database.
    var isOwnThread: Bool { thread.isCurrent || notes.isOwnThread || acknowledger.isOwnThread }

    func run() {
        thread.set()
        while true {
            switch inbox.next() {
            case .units: writeNext()
            case .job(let job): job()
            case .probe: probe()
            case .stop: return shutDown()
            }
        }
    }

    private func writeNext() {
        // A commit that could not be flushed at once gains nothing: its units may as well have company.
        acknowledger.waitForFlusher()
        write(inbox.take(maximum: configuration.maximumGroupSize), lock.acquire)
        checkpointIfDue()
    }

    /// Writes a unit on the calling thread and, as a rule, flushes and acknowledges it: no other thread has to be woken for it.
    ///
    /// - Returns: false, without having done anything, while the writer, the acknowledger or another process is at work.
    func writeHere(_ unit: WriteUnit) -> Bool {
        guard inbox.borrow() else { return false }
        defer { inbox.giveBack() }
        do {
            guard acknowledger.isIdle, try lock.tryAcquire() else { return false }
        } catch {
            return false
        }
        write([unit]) {}
        if isCheckpointDue { _ = inbox.add(job: { [self] in checkpointIfDue() }) }
        return true
    }

    private func write(_ units: [WriteUnit], _ acquire: () throws -> Void) {
        notes.begin()
        defer { notes.end() }
        var group = Acknowledger.Group(units: units)
        do {
            (group.outcome, group.flush) = try writing(acquire) {
                CommitGroup(connection: connection, notes: notes, units: units).run()
            }
        } catch {
            for index in units.indices { group.outcome.errors[index] = error }
        }
        if let fatal = group.outcome.fatal { stopWriting(fatal) }
        acknowledger.add(group, isLast: units.count == 1 && inbox.isIdle)
    }

    /// Makes commits under the writer lock.
    private func writing<Value>(
        _ acquire: () throws -> Void,
        _ body: () throws -> Value
    ) throws -> (Value, Acknowledger.FlushDuty) {
        try acquire()
        defer { lock.release() }
        if let failure = failure ?? connection.log.currentFailure { throw failure }
        let commit = lock.horizon.begin()
        connection.hasWritten = false
        let result = Result(catching: body)
        guard connection.hasWritten else {
            lock.horizon.cancel(commit)
            return (try result.get(), lock.horizon.unflushed == nil ? .none : .others)
        }
        // Migrations commit one by one: one that fails leaves those before it.
        if case .failure = result { try acknowledger.flush([.commit(commit)]) }
        return (try result.get(), .commit(commit))
    }

    /// Looks for other connections' commits and tells the observers.
    private func probe() {
        do {
            var group = Acknowledger.Group()
            group.outcome.foreignChange = try connection.queue.inDatabase { _ in try connection.takeForeignChange() }
            if group.outcome.foreignChange { acknowledger.add(group, isLast: inbox.isIdle) }
        } catch {
            configuration.logger.warning("looking for other processes' commits failed", metadata: ["error": "\(error)"])
        }
    }

    private var isCheckpointDue: Bool { checkpointer.isDue(pages: connection.walPages, isIdle: inbox.isIdle) }

    private func checkpointIfDue() {
        guard failure == nil, isCheckpointDue else { return }
        do {
            try lock.withLock { try checkpointer.run(connection) }
            acknowledger.countCheckpoint()
        } catch {
            if DatabaseFailure.isFatal(error) { stopWriting(flushFailed(error)) }
            configuration.logger.error("a checkpoint failed", metadata: ["error": "\(error)"])
        }
    }

    private func flushFailed(_ error: any Error) -> DatabaseFailure {
        DatabaseFailure(
            .databaseFailed,
            "a flush of \"\(configuration.path)\" failed. Check the volume and restart.",
            cause: error
        )
    }

    private func stopWriting(_ failure: DatabaseFailure) {
        self.failure = failure
        if failure.isFailedFlush { connection.log.fail(failure) }
        configuration.logger.critical("database refuses all further writes", metadata: ["error": "\(failure)"])
    }

    /// Applies unapplied migrations. Runs as a job on the writer's thread.
    func migrate(_ migrator: DatabaseMigrator) throws {
        do {
            try apply(migrator)
        } catch {
            if DatabaseFailure.isFatal(error) { stopWriting(flushFailed(error)) }
            throw error
        }
    }

    private func apply(_ migrator: DatabaseMigrator) throws {
        let (_, duty) = try writing(lock.acquire) {
            let unknown = try connection.queue.inDatabase { database in
                try migrator.appliedIdentifiers(database).subtracting(migrator.migrations).sorted()
            }
            guard unknown.isEmpty else {
                throw DatabaseFailure(
                    .databaseNewer,
                    "\"\(configuration.path)\" was migrated by a newer version: it has \(unknown), which this program "
                        + "does not know. Run the newer version."
                )
            }
            try migrator.migrate(connection.queue)
        }
        try acknowledger.flush([duty])
    }

    private var hasFailed: Bool { failure != nil || connection.log.currentFailure != nil }

    private func shutDown() {
        acknowledger.close()
        defer { thread.clear() }
        // The last connection copies the log when it closes. After a failed flush none may: the next to open the file checks it
        // first. Readers cannot, so one of them is the last then.
        let readersCloseLast = hasFailed
        if !readersCloseLast { readers.close() }
        do {
            try lock.withLock { try readersCloseLast ? closeWithoutCopying() : copyAndClose() }
        } catch {
            logClosing(error)
        }
    }

    private func copyAndClose() throws {
        do {
            _ = try connection.checkpoint(truncating: true)
        } catch {
            if DatabaseFailure.isFatal(error) { stopWriting(flushFailed(error)) }
            logClosing(error)
        }
        // A flush that failed just now: the connection is kept until the process ends, as closing it would copy the log.
        guard !hasFailed else { return _ = Unmanaged.passRetained(connection) }
        try connection.close()
        lock.leave()
    }

    private func closeWithoutCopying() throws {
        try connection.close()
        readers.close()
        lock.leave()
    }

    private func logClosing(_ error: any Error) {
        configuration.logger.error("closing the database failed", metadata: ["error": "\(error)"])
    }
}
