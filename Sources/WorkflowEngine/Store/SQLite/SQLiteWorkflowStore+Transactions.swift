import DurableSQLite
import GRDB
import WorkflowCore

/// Calls that take part in a transaction of the application: its rows and the engine's become durable together, or
/// neither does.
///
/// To be called inside `write` of the same `DurableDatabase`; anywhere else they throw `not-the-writer`.
extension SQLiteWorkflowStore: TransactionalStore {
    package func start(_ request: StartRequest, in database: Database) throws -> StartOutcome {
        try perform(in: database) { try $0.start(request) }
    }

    package func signal(_ request: SignalRequest, in database: Database) throws -> SignalOutcome {
        try perform(in: database) { try $0.signal(request) }
    }

    package func signalWithStart(_ request: SignalWithStartRequest, in database: Database) throws -> StartOutcome {
        try perform(in: database) { try $0.signalWithStart(request) }
    }

    package func requestCancel(_ request: CancelRequest, in database: Database) throws -> CancelOutcome {
        try perform(in: database) { try $0.requestCancel(request) }
    }

    /// Completes an attempt together with what it wrote: `body`'s changes and the completion are one transaction, so
    /// the activity happens exactly once.
    ///
    /// - Parameters:
    ///   - task: the task as it was when the attempt began.
    ///   - worker: the worker that ran it.
    ///   - body: writes the activity's rows and returns its result. May run more than once, if a commit it shares has
    ///     to be redone; only the last run counts.
    /// - Returns: `stale`, without running `body`, when the task is no longer the worker's.
    /// - Throws: what `body` throws; nothing of this call is kept then.
    package func endAttempt(
        _ task: TaskRecord,
        worker: WorkerKey,
        now: Timestamp,
        body: @escaping @Sendable (Database) throws -> Payload?
    ) async throws -> ReportOutcome {
        try await database.write { database in
            var report = AttemptReport(
                run: task.run.key,
                scheduledEventID: task.scheduledEventID,
                attempt: task.attempt,
                worker: worker,
                now: now,
                decision: .ended(.completed(nil))
            )
            let isCurrent = try self.perform(in: database) { unit in
                let key = TaskKey(run: report.run, scheduledEventID: report.scheduledEventID)
                return try unit.taskRecord(key)?.accepts(report) ?? false
            }
            guard isCurrent else { return .stale }
            report.decision = .ended(.completed(try body(database)))
            return try self.perform(in: database) { try $0.report(report) }
        }
    }
}
