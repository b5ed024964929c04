import WorkflowCore
import WorkflowStore

/// A run seen from outside.
public struct WorkflowHandle<W: Workflow>: Sendable {
    let client: WorkflowClient
    let target: RunTarget
    /// The store's number of the run, when the handle comes from a start.
    var key: RunKey?

    /// The id the caller chose.
    public var workflowID: WorkflowID { target.workflowID }
    /// The run, if the handle names one.
    public var runID: RunID? { target.runID }

    // MARK: Messages

    /// Sends a signal. When the call returns the signal is on disk and will be delivered, in order.
    ///
    /// - Parameter requestID: sending again with the same id is noticed and adds nothing.
    /// - Throws: ``EngineError`` `workflow-not-found`, or `workflow-closed` when nobody will read it any more.
    public func signal<Value>(_ signal: Signal<Value>, _ value: Value, requestID: String = "") async throws {
        let outcome = try await client.store.signal(
            SignalRequest(
                target: target,
                signal: try client.event(signal, value, requestID),
                now: client.clock.now
            )
        )
        switch outcome {
        case .accepted, .duplicate: return
        case .notFound: throw notFound
        case .closed(let run, let status):
            throw EngineError(
                code: "workflow-closed",
                message: "workflow \"\(run.workflowID)\" run \(run.runID) is \(status): it takes no more signals"
            )
        }
    }

    /// Asks the run to cancel. A run that has closed, or was asked before, is left alone.
    public func cancel(reason: String = "") async throws {
        let outcome = try await client.store.requestCancel(
            CancelRequest(target: target, cause: reason, identity: client.identity, now: client.clock.now)
        )
        if outcome == .notFound { throw notFound }
    }

    /// Ends the run at once; no code of it runs any more. A run that has closed is left alone.
    public func terminate(reason: String = "") async throws {
        let outcome = try await client.store.terminate(
            TerminateRequest(target: target, reason: reason, identity: client.identity, now: client.clock.now)
        )
        if outcome == .notFound { throw notFound }
    }

    // MARK: Reading

    /// The last value the run published under a name; `nil` if it has not yet. Needs no worker.
    public func published<Value>(_ state: Published<Value>) async throws -> Value? {
        let run = try await record()
        guard let payload = try await client.store.published(of: run.reference.key)[state.name] else { return nil }
        return try client.codec.decode(Value.self, from: payload)
    }

    /// Whether the run is open, and how it ended otherwise.
    public var status: RunStatus {
        get async throws { try await record().status }
    }

    /// The run's events, from the first.
    public func history() async throws -> [HistoryEvent] {
        let run = try await record()
        return try await client.store.history(of: run.reference.key, from: 1)
            .flatMap { try HistoryCoding.decode($0.events) }
    }

    /// Waits until the run has closed and returns its result.
    ///
    /// - Throws: ``WorkflowEndedError`` when it ended in another way than by returning.
    public func result() async throws -> W.Output {
        if let key, let event = await client.adopter?.worker.closingEvent(of: key) { return try output(of: event) }
        try await untilClosed()
        guard let last = try await history().last else { throw notFound }
        return try output(of: last.attributes)
    }

    private func output(of event: EventAttributes) throws -> W.Output {
        switch event {
        case .workflowExecutionCompleted(let completed):
            return try client.codec.decode(W.Output.self, from: completed.result)
        case .workflowExecutionFailed(let failed): throw ended(.failed, failed.failure)
        case .workflowExecutionTerminated(let reason, _):
            throw ended(.terminated, Failure(message: reason, kind: .terminated))
        default: throw ended(RunStatus(closedBy: event) ?? .running, nil)
        }
    }

    private func ended(_ status: RunStatus, _ failure: Failure?) -> WorkflowEndedError {
        WorkflowEndedError(workflowID: workflowID, status: status, failure: failure)
    }

    private func untilClosed() async throws {
        let run = try await record()
        guard !run.status.isClosed else { return }
        try await client.watch.untilClosed(run.reference.key) {
            try await record().status.isClosed
        }
    }

    package func record() async throws -> RunRecord {
        guard let run = try await client.store.run(target) else { throw notFound }
        return run
    }

    private var notFound: EngineError {
        let run = target.runID.map { " run \($0)" } ?? ""
        return EngineError(
            code: "workflow-not-found",
            message: "there is no workflow \"\(target.workflowID)\"\(run) in this database"
        )
    }
}

/// A run ended in another way than by returning.
public struct WorkflowEndedError: Error, Sendable, CustomStringConvertible {
    /// Which workflow.
    public let workflowID: WorkflowID
    /// How it ended.
    public let status: RunStatus
    /// Why, if a reason was recorded.
    public let failure: Failure?

    /// How and why it ended, with the chain of causes.
    public var description: String {
        let reason = failure.map { ": \($0)" } ?? ""
        return "workflow \"\(workflowID)\" is \(status)\(reason)"
    }
}
