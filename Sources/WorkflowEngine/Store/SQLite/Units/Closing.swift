import WorkflowCore

extension StoreUnit {
    mutating func terminate(_ request: TerminateRequest) throws -> CancelOutcome {
        guard let run = try head(request.target) else { return .notFound }
        guard run.status == .running else { return .noEffect(run.reference, run.status) }
        try terminate(run, reason: request.reason, identity: request.identity, at: request.now)
        return .accepted(run.reference)
    }

    mutating func terminate(_ run: RunHead, reason: String, identity: String, at now: Timestamp) throws {
        let key = run.reference.key
        let attributes = EventAttributes.workflowExecutionTerminated(reason: reason, identity: identity)
        let event = HistoryEvent(id: run.nextEventID, time: now, attributes: attributes)
        let bytes = HistoryCoding.encode([event])
        try appendHistory(bytes, to: key, from: run.nextEventID)
        var advance = try prepare(RunSQL.advance)
        advance.bind(run.nextEventID + 1)
        advance.bind(bytes.count)
        advance.bind(Timestamp.never.milliseconds)
        advance.bind(nil as [UInt8]?)
        advance.bind(key.rawValue)
        try advance.run()
        try close(key, as: .terminated, epoch: run.epoch + 1, formerOwner: run.owner, at: now)
    }

    /// Closes a run whose last events are written: removes its tasks, timers and inbox.
    ///
    /// - Parameter formerOwner: whom to tell that the run is lost; `nobody` when the owner itself closes it.
    mutating func close(
        _ run: RunKey,
        as status: RunStatus,
        epoch: Int64,
        formerOwner: WorkerKey,
        at now: Timestamp
    ) throws {
        try abandonTasks(of: run, at: now)
        for sql in [TimerSQL.deleteAll, InboxSQL.deleteAll] {
            var delete = try prepare(sql)
            delete.bind(run.rawValue)
            try delete.run()
        }
        var update = try prepare(RunSQL.close)
        update.bind(status.rawValue)
        update.bind(now.milliseconds)
        update.bind(epoch)
        update.bind(run.rawValue)
        try update.run()
        if formerOwner != .nobody { changes.append(.ownershipLost(run, by: formerOwner)) }
        changes.append(.closed(run))
    }

    private mutating func abandonTasks(of run: RunKey, at now: Timestamp) throws {
        var started = try prepare(TaskSQL.startedOf)
        started.bind(run.rawValue)
        for event in try started.integers() { changes.append(.attemptRevoked(run, event)) }
        var insert = try prepare(AttemptSQL.insertAbandoned)
        insert.bind(run.rawValue)
        insert.bind(now.milliseconds)
        try insert.run()
        var delete = try prepare(TaskSQL.deleteAll)
        delete.bind(run.rawValue)
        try delete.run()
    }
}
