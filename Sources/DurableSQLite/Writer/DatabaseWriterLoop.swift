import GRDB
import Logging
import Synchronization

/// The body of the writer's thread: one group after the other, until it is closed and nothing is queued.
final class DatabaseWriterLoop: @unchecked Sendable {
    // SAFETY: `linger`, `checkpointer` and `failure` belong to the thread that runs `run`; the rest is immutable.
    let inbox: WriterInbox
    let notes = UnitNotes()
    let observers = ObserverList()
    let commitObservers = ObserverList()
    let connection: WriterConnection
    let lock: WriterLock
    private let readers: ReaderPool
    private let configuration: DurableDatabase.Configuration
    private var linger: Linger
    private var checkpointer: Checkpointer
    private var failure: DatabaseFailure?
    private let counters = Mutex(DurableDatabase.Counters())

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
        linger = Linger(maximum: configuration.maximumLinger)
        checkpointer = Checkpointer(
            threshold: configuration.checkpointPages,
            sizeLimit: configuration.walSizeLimit,
            databasePath: configuration.path
        )
    }

    var currentCounters: DurableDatabase.Counters { counters.withLock { $0 } }

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
        let units = inbox.take(
            maximum: configuration.maximumGroupSize,
            wanted: linger.lastGroup,
            until: linger.plan(now: .now)
        )
        if let failure {
            for unit in units { unit.fail(failure) }
            return
        }
        do {
            try lock.acquire()
        } catch {
            for unit in units { unit.fail(error) }
            return
        }
        let outcome = CommitGroup(connection: connection, notes: notes, units: units).run()
        lock.release()
        if outcome.commits > 0 { lock.ring() }
        linger.record(group: units.count, commit: outcome.commitDuration)
        finish(units, outcome)
        checkpointIfDue()
    }

    private func finish(_ units: [WriteUnit], _ outcome: CommitGroup.Outcome) {
        counters.withLock {
            $0.commits += outcome.commits
            $0.units += units.count
        }
        if let fatal = outcome.fatal {
            failure = fatal
            configuration.logger.critical("database refuses all further writes", metadata: ["error": "\(fatal)"])
        }
        for (index, unit) in units.enumerated() {
            if let error = outcome.errors[index] { unit.fail(error) } else { unit.succeed() }
        }
        if !outcome.notes.isEmpty { observers.notify(outcome.notes, foreign: false) }
        if outcome.foreignChange { observers.notify([], foreign: true) }
        if outcome.commits > 0 || outcome.foreignChange {
            commitObservers.notify([], foreign: outcome.foreignChange)
        }
    }

    /// Looks for other connections' commits and tells the observers.
    private func probe() {
        do {
            let changed = try connection.queue.inDatabase { _ in try connection.takeForeignChange() }
            guard changed else { return }
            observers.notify([], foreign: true)
            commitObservers.notify([], foreign: true)
        } catch {
            configuration.logger.warning("looking for other processes' commits failed", metadata: ["error": "\(error)"])
        }
    }

    private func checkpointIfDue() {
        guard failure == nil, checkpointer.isDue(pages: connection.walPages, isIdle: inbox.isIdle) else { return }
        do {
            try lock.withLock { try checkpointer.run(connection) }
            counters.withLock { $0.checkpoints += 1 }
        } catch {
            if DatabaseFailure.isFatal(error) { stopWriting(error) }
            configuration.logger.error("a checkpoint failed", metadata: ["error": "\(error)"])
        }
    }

    private func stopWriting(_ error: any Error) {
        failure = DatabaseFailure(
            .databaseFailed,
            "a flush of \"\(configuration.path)\" failed. Check the volume and restart.",
            cause: error
        )
    }

    /// Applies unapplied migrations. Runs as a job on the writer's thread.
    func migrate(_ migrator: DatabaseMigrator) throws {
        if let failure { throw failure }
        try lock.withLock {
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
        lock.ring()
    }

    private func shutDown() {
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
