import GRDB

/// Writes a group of units in as few transactions as their errors allow.
///
/// 1. All units in one transaction; protected ones inside savepoints.
/// 2. If an unprotected unit throws: all undone and redone in one transaction, each inside a savepoint.
/// 3. If the transaction itself was lost on the way (disk full, `ON CONFLICT ROLLBACK`) or the commit violates a
/// deferred
///    constraint: all undone and redone in a transaction each.
///
/// So only the faulty unit fails, and a group without faults pays nothing.
struct CommitGroup {
    let connection: WriterConnection
    let notes: UnitNotes
    let units: [WriteUnit]

    /// What the group has come to. Each unit either has an error or is committed, and on disk once the log is flushed.
    struct Outcome {
        var errors: [Int: any Error] = [:]
        var notes: [any Sendable] = []
        var foreignChange = false
        var commits = 0
        /// Set when the state on disk has become unknown.
        var fatal: DatabaseFailure?
    }

    private enum Protection { case declared, all }

    private enum Attempt {
        case committed
        case failed(any Error)
        case undone(at: Int?, error: any Error)
    }

    private enum Phase {
        case beginning
        /// The index of the unprotected unit that is running.
        case running(Int?)
        case committing
    }

    private static let savepoint = "SAVEPOINT durable_unit"
    private static let releaseSavepoint = "RELEASE durable_unit"
    private static let undoSavepoint = "ROLLBACK TO durable_unit"

    /// Runs the group on the writer's thread, with the writer lock held.
    func run() -> Outcome {
        connection.queue.inDatabase { database in
            var outcome = Outcome()
            runTogether(database, &outcome)
            return outcome
        }
    }

    private func runTogether(_ database: Database, _ outcome: inout Outcome) {
        let all = units.indices
        switch attempt(all, .declared, database, &outcome) {
        case .committed: return
        case .failed(let error): fail(all, error, &outcome)
        case .undone(let index?, let error) where units.count == 1: fail(index..<index + 1, error, &outcome)
        case .undone(nil, _): runAlone(database, &outcome)
        case .undone:
            switch attempt(all, .all, database, &outcome) {
            case .committed: return
            case .failed(let error): fail(all, error, &outcome)
            case .undone: runAlone(database, &outcome)
            }
        }
    }

    private func runAlone(_ database: Database, _ outcome: inout Outcome) {
        for index in units.indices {
            if let fatal = outcome.fatal {
                outcome.errors[index] = fatal
                continue
            }
            switch attempt(index..<index + 1, .declared, database, &outcome) {
            case .committed: break
            case .failed(let error), .undone(_, let error): fail(index..<index + 1, error, &outcome)
            }
        }
    }

    private func fail(_ range: Range<Int>, _ error: any Error, _ outcome: inout Outcome) {
        let reported = DatabaseFailure.classifying(error, path: connection.path)
        for index in range { outcome.errors[index] = outcome.fatal ?? reported }
    }

    /// One transaction over `range`. On any result but `committed`, nothing of it is in the database.
    private func attempt(
        _ range: Range<Int>,
        _ protection: Protection,
        _ database: Database,
        _ outcome: inout Outcome
    ) -> Attempt {
        var errors: [Int: any Error] = [:]
        var phase = Phase.beginning
        do {
            try database.inTransaction(.immediate) {
                phase = .running(nil)
                outcome.foreignChange = try connection.takeForeignChange() || outcome.foreignChange
                try guardingTransaction(database) {
                    for index in range {
                        if protection == .all || (units[index].isProtected && range.count > 1) {
                            errors[index] = try runProtected(units[index], database)
                        } else {
                            phase = .running(index)
                            try runBare(units[index], database)
                            phase = .running(nil)
                        }
                    }
                }
                phase = .committing
                return .commit
            }
        } catch {
            notes.drop(after: 0)
            return classify(error, phase, &outcome)
        }
        outcome.commits += 1
        outcome.notes += notes.take()
        outcome.errors.merge(errors) { $1 }
        return .committed
    }

    /// Runs a unit inside a savepoint; returns its error after having undone its changes, throws if that failed.
    private func runProtected(_ unit: WriteUnit, _ database: Database) throws -> (any Error)? {
        let noted = notes.count
        try database.cachedStatement(sql: Self.savepoint).execute()
        do {
            try notes.accepting { try unit.run(database) }
        } catch {
            // Running out of space ends the whole transaction, sometimes at once: never go on with a part of it.
            guard database.isInsideTransaction, !Self.isStorageError(error) else { throw error }
            try database.cachedStatement(sql: Self.undoSavepoint).execute()
            try database.cachedStatement(sql: Self.releaseSavepoint).execute()
            notes.drop(after: noted)
            return error
        }
        guard database.isInsideTransaction else { throw Self.lostTransaction }
        try database.cachedStatement(sql: Self.releaseSavepoint).execute()
        return nil
    }

    private func runBare(_ unit: WriteUnit, _ database: Database) throws {
        try notes.accepting { try unit.run(database) }
        guard database.isInsideTransaction else { throw Self.lostTransaction }
    }

    /// Runs the units; recognises one that committed the transaction, and its predecessors with it.
    ///
    /// Those must not be redone, and the caller of each has no answer yet: the only safe thing is to stop.
    private func guardingTransaction(_ database: Database, _ body: () throws -> Void) throws {
        let version = connection.commitVersion(database)
        do {
            try body()
        } catch {
            guard !database.isInsideTransaction, !Self.isStorageError(error),
                connection.commitVersion(database) != version
            else { throw error }
            throw DatabaseFailure(
                .databaseFailed,
                "a unit committed the transaction of its whole group in \"\(connection.path)\". Remove the COMMIT from "
                    + "the unit and restart.",
                cause: error
            )
        }
    }

    private func classify(_ error: any Error, _ phase: Phase, _ outcome: inout Outcome) -> Attempt {
        if let failure = fatalFailure(error) {
            outcome.fatal = failure
            return .failed(failure)
        }
        switch phase {
        case .beginning:
            return .failed((error as? DatabaseError)?.resultCode == .SQLITE_BUSY ? busy(error) : error)
        case .running(let faulty):
            return .undone(at: Self.isStorageError(error) ? nil : faulty, error: error)
        case .committing:
            // A deferred constraint is some unit's fault; anything else is the storage's, and hits all alike.
            if (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT { return .undone(at: nil, error: error) }
            let classified = DatabaseFailure.classifying(error, path: connection.path)
            if classified is DatabaseFailure { return .failed(classified) }
            return .failed(
                DatabaseFailure(
                    .commitFailed,
                    "\"\(connection.path)\" refused the commit; nothing was written.",
                    cause: error
                )
            )
        }
    }

    private func fatalFailure(_ error: any Error) -> DatabaseFailure? {
        if let failure = error as? DatabaseFailure, failure.kind == .databaseFailed { return failure }
        guard DatabaseFailure.isFatal(error) else { return nil }
        return DatabaseFailure(
            .databaseFailed,
            "\"\(connection.path)\" cannot be written any more; the last group may or may not be on disk. Check the "
                + "volume and restart.",
            cause: error
        )
    }

    private func busy(_ error: any Error) -> DatabaseFailure {
        DatabaseFailure(
            .databaseBusy,
            "another program holds the write lock of \"\(connection.path)\". End its transaction and try again.",
            cause: error
        )
    }

    private static func isStorageError(_ error: any Error) -> Bool {
        switch (error as? DatabaseError)?.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM: true
        default: false
        }
    }

    private static let lostTransaction = DatabaseFailure(
        .unitEndedTransaction,
        "a unit ended the transaction it runs in. Remove COMMIT or ROLLBACK from the unit."
    )
}
