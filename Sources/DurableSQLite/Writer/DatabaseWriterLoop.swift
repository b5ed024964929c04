import GRDB
import Logging

/// The body of the writer's thread: one group after the other, until it is closed and nothing is queued.
final class DatabaseWriterLoop: @unchecked Sendable {
    // SAFETY: `checkpointer` and `failure` belong to the thread that runs `run`; the rest is immutable.
    let inbox: WriterInbox
    let notes = UnitNotes()
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
        acknowledger = Acknowledger(log: connection.log, lock: lock, logger: configuration.logger)
        checkpointer = Checkpointer(
            threshold: configuration.checkpointPages,
            sizeLimit: configuration.walSizeLimit,
            databasePath: configuration.path
        )
    }

    /// Whether the caller is on one of the threads that serve this database.
    var isOwnThread: Bool { notes.isOwnThread || acknowledger.isOwnThread }

    func run() {
        connection.queue.inDatabase { notes.bind(to: $0) }
        while true {
            switch inbox.next() {
            case .units: writeGroup()
            case .job(let job): job()
            case .probe: probe()
            case .stop: return shutDown()
            }
        }
    }

    private func writeGroup() {
        // A commit that could not be flushed at once gains nothing: its units may as well have company.
        acknowledger.waitForFlusher()
        let units = inbox.take(maximum: configuration.maximumGroupSize)
        var group = Acknowledger.Group(units: units)
        do {
            if let failure = failure ?? connection.log.currentFailure { throw failure }
            (group.outcome, group.commit) = try writing {
                CommitGroup(connection: connection, notes: notes, units: units).run()
            }
        } catch {
            for index in units.indices { group.outcome.errors[index] = error }
        }
        if let fatal = group.outcome.fatal { stopWriting(fatal) }
        acknowledger.add(group, isLast: units.count == 1 && inbox.isIdle)
        checkpointIfDue()
    }

    /// Makes commits under the writer lock. The number is that of a flush's duty: nil if nothing was written.
    private func writing<Value>(_ body: () throws -> Value) throws -> (Value, commit: UInt64?) {
        try lock.withLock {
            let commit = lock.horizon.begin()
            connection.hasWritten = false
            let value = try body()
            guard connection.hasWritten else {
                lock.horizon.cancel(commit)
                return (value, nil)
            }
            return (value, commit)
        }
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

    private func checkpointIfDue() {
        guard failure == nil, checkpointer.isDue(pages: connection.walPages, isIdle: inbox.isIdle) else { return }
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
        configuration.logger.critical("database refuses all further writes", metadata: ["error": "\(failure)"])
    }

    /// Applies unapplied migrations. Runs as a job on the writer's thread.
    func migrate(_ migrator: DatabaseMigrator) throws {
        if let failure { throw failure }
        let (_, commit) = try writing {
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
        if let commit { try acknowledger.flush(commit) }
    }

    private func shutDown() {
        acknowledger.close()
        readers.close()
        do {
            try lock.withLock {
                if failure == nil { _ = try connection.checkpoint(truncating: true) }
                try connection.close()
            }
        } catch {
            configuration.logger.error("closing the database failed", metadata: ["error": "\(error)"])
        }
    }
}
