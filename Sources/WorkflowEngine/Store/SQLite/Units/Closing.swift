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
        try putDownTasks(of: key)
        try deleteAll(InboxSQL.deleteAll, of: key)
        let end = RunEnd(
            status: .terminated,
            time: now,
            epoch: run.epoch + 1,
            nextEventID: run.nextEventID + 1,
            addedBytes: bytes.count
        )
        try close(key, end, formerOwner: run.owner)
    }

    /// Closes a run whose last events are written, whose inbox is empty and that carries no tasks: removes the others,
    /// and its timers.
    ///
    /// - Parameters:
    ///   - formerOwner: whom to tell that the run is lost; `nobody` when the owner itself closes it.
    ///   - belongings: what there may be to remove.
    mutating func close(
        _ run: RunKey,
        _ end: RunEnd,
        formerOwner: WorkerKey,
        removing belongings: RunBelongings = .all
    ) throws {
        if belongings.hasTasks { try abandonTasks(of: run, at: end.time) }
        if belongings.hasTimers { try deleteAll(TimerSQL.deleteAll, of: run) }
        var update = try prepare(RunSQL.close)
        update.bind(end.nextEventID)
        update.bind(end.addedBytes)
        update.bind(end.status.rawValue)
        update.bind(end.time.milliseconds)
        update.bind(end.epoch)
        update.bind(run.rawValue)
        try update.run()
        if formerOwner != .nobody { changes.append(.ownershipLost(run, by: formerOwner)) }
        changes.append(.closed(run))
    }

    private func deleteAll(_ sql: StaticString, of run: RunKey) throws {
        var delete = try prepare(sql)
        delete.bind(run.rawValue)
        try delete.run()
    }

    private mutating func abandonTasks(of run: RunKey, at now: Timestamp) throws {
        var any = try prepare(TaskSQL.anyOf)
        any.bind(run.rawValue)
        guard try !any.integers().isEmpty else { return }
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

/// Which tables have rows of a run. One statement instead of one for each: most runs have none when they close.
struct RunBelongings {
    var hasTasks: Bool
    var hasTimers: Bool
    var hasMessages: Bool

    static let all = RunBelongings(hasTasks: true, hasTimers: true, hasMessages: true)
}

extension StoreUnit {
    func belongings(of run: RunKey) throws -> RunBelongings {
        var query = try prepare(RunSQL.belongings)
        query.bind(run.rawValue)
        defer { query.reset() }
        guard try query.step() else { return .all }
        return RunBelongings(hasTasks: query.bool(0), hasTimers: query.bool(1), hasMessages: query.bool(2))
    }
}

/// What is written into a run's row when it closes.
struct RunEnd {
    var status: RunStatus
    var time: Timestamp
    var epoch: Int64
    var nextEventID: EventID
    /// Bytes of history that were appended with the close.
    var addedBytes: Int
}
