import GRDB
import WorkflowCore
import WorkflowStore

/// Starts and messages inside the caller's own transaction on the engine's database file: they are kept exactly if the
/// caller's rows are. Outside of the file's writing transaction these calls are a mistake.
extension WorkflowClient {
    /// Starts a run in the caller's transaction.
    ///
    /// - Parameter database: the database of a write transaction on the file that holds the runs.
    /// - Throws: ``EngineError`` `workflow-already-started` when the policies forbid a new run (nothing was written), or
    ///   `store-not-transactional` when runs are not kept in a database file.
    @discardableResult
    public func start<W: Workflow>(
        _ type: W.Type,
        id: WorkflowID,
        input: W.Input,
        options: StartOptions = StartOptions(),
        in database: Database
    ) throws -> WorkflowHandle<W> {
        let outcome = try transactionalStore.start(
            try unowned(startRequest(type, id: id, input: input, options: options)),
            in: database
        )
        return handle(type, id: id, runID: try run(from: outcome, id: id).runID)
    }

    /// Signals the open run of `id`, or starts one and signals it, in the caller's transaction.
    ///
    /// - Parameter signalRequestID: sending again with the same id is noticed and adds nothing.
    /// - Throws: ``EngineError`` `workflow-already-started` when there is no open run and the reuse policy forbids a new one
    ///   (nothing was written), or `store-not-transactional`.
    @discardableResult
    public func signalWithStart<W: Workflow, Value>(
        _ type: W.Type,
        id: WorkflowID,
        input: W.Input,
        signal: Signal<Value>,
        value: Value,
        options: StartOptions = StartOptions(),
        signalRequestID: String = "",
        in database: Database
    ) throws -> WorkflowHandle<W> {
        let request = SignalWithStartRequest(
            start: try unowned(startRequest(type, id: id, input: input, options: options)),
            signal: try event(signal, value, signalRequestID)
        )
        let outcome = try transactionalStore.signalWithStart(request, in: database)
        return handle(type, id: id, runID: try run(from: outcome, id: id).runID)
    }

    var transactionalStore: any TransactionalStore {
        get throws {
            if let store = store as? any TransactionalStore { return store }
            throw EngineError(
                code: "store-not-transactional",
                message: "runs of this database are kept in memory and cannot join a transaction. Open a database file."
            )
        }
    }

    /// A worker may take a run over only when it is on disk, which is the caller's business here.
    private func unowned(_ request: StartRequest) -> StartRequest {
        var request = request
        request.owner = .nobody
        return request
    }
}

extension WorkflowHandle {
    /// Sends a signal in the caller's transaction.
    ///
    /// - Parameter requestID: sending again with the same id is noticed and adds nothing.
    /// - Throws: ``EngineError`` `workflow-not-found`, `workflow-closed` or `store-not-transactional`; nothing was written.
    public func signal<Value>(
        _ signal: Signal<Value>,
        _ value: Value,
        requestID: String = "",
        in database: Database
    ) throws {
        let request = SignalRequest(
            target: target,
            signal: try client.event(signal, value, requestID),
            now: client.clock.now
        )
        switch try client.transactionalStore.signal(request, in: database) {
        case .accepted, .duplicate: return
        case .notFound: throw noSuchWorkflow
        case .closed(let run, let status):
            throw EngineError(
                code: "workflow-closed",
                message: "workflow \"\(run.workflowID)\" run \(run.runID) is \(status): it takes no more signals"
            )
        }
    }

    /// Asks the run to cancel, in the caller's transaction. A run that has closed, or was asked before, is left alone.
    ///
    /// - Throws: ``EngineError`` `workflow-not-found` or `store-not-transactional`.
    public func cancel(reason: String = "", in database: Database) throws {
        let request = CancelRequest(
            target: target,
            cause: reason,
            identity: client.identity,
            now: client.clock.now
        )
        if try client.transactionalStore.requestCancel(request, in: database) == .notFound { throw noSuchWorkflow }
    }

    private var noSuchWorkflow: EngineError {
        EngineError(
            code: "workflow-not-found",
            message: "there is no workflow \"\(target.workflowID)\" in this database"
        )
    }
}
