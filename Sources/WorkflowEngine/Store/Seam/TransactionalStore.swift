import GRDB
import WorkflowCore

/// A store that shares its file and its transactions with the application's own tables.
package protocol TransactionalStore: WorkflowStore {
    /// Runs `body` and completes the attempt with what it returns, in one transaction. If the task is no longer current
    /// nothing happens and `body` is not run. An error of `body` undoes everything and is rethrown.
    func endAttempt(
        _ task: TaskRecord,
        worker: WorkerKey,
        now: Timestamp,
        body: @escaping @Sendable (Database) throws -> Payload?
    ) async throws -> ReportOutcome

    func start(_ request: StartRequest, in database: Database) throws -> StartOutcome
    func signal(_ request: SignalRequest, in database: Database) throws -> SignalOutcome
    func signalWithStart(_ request: SignalWithStartRequest, in database: Database) throws -> StartOutcome
    func requestCancel(_ request: CancelRequest, in database: Database) throws -> CancelOutcome
}
