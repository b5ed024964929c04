import WorkflowCore

extension StoreUnit {
    mutating func signal(_ request: SignalRequest) throws -> SignalOutcome {
        guard let run = try head(request.target) else { return .notFound }
        return try signal(run, request.signal, at: request.now)
    }

    mutating func signal(
        _ run: RunHead,
        _ signal: WorkflowExecutionSignaled,
        at now: Timestamp
    ) throws -> SignalOutcome {
        if try hasSignalRequest(signal.requestID, of: run.reference.key) { return .duplicate(run.reference) }
        guard run.status == .running else { return .closed(run.reference, run.status) }
        try insertSignalRequest(signal.requestID, of: run.reference.key)
        try deliver(.signal(signal), to: run, at: now)
        return .accepted(run.reference)
    }

    mutating func requestCancel(_ request: CancelRequest) throws -> CancelOutcome {
        guard let run = try head(request.target) else { return .notFound }
        guard run.status == .running, !run.cancelRequested else { return .noEffect(run.reference, run.status) }
        var update = try prepare(RunSQL.cancelRequested)
        update.bind(run.reference.key.rawValue)
        try update.run()
        let content = InboxMessage.Content.cancelRequested(cause: request.cause, identity: request.identity)
        try deliver(content, to: run, at: request.now)
        return .accepted(run.reference)
    }

    /// Puts a message into an open run's inbox; a run nobody owns becomes due.
    mutating func deliver(_ content: InboxMessage.Content, to run: RunHead, at now: Timestamp) throws {
        let key = run.reference.key
        let isOwned = run.owner != .nobody
        try insertMessage(content, id: run.lastMessageID + 1, at: now, into: key)
        var update = try prepare(RunSQL.message)
        update.bind(isOwned ? Timestamp.never.milliseconds : now.milliseconds)
        update.bind(key.rawValue)
        try update.run()
        changes.append(.inbox(key))
        if !isOwned { changes.append(.runnable(run.taskQueue)) }
    }
}
