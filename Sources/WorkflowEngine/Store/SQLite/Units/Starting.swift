import WorkflowCore

extension StoreUnit {
    mutating func start(_ request: StartRequest) throws -> StartOutcome {
        let workflowID = request.started.workflowID
        let last = try head(RunTarget(workflowID))
        if last != nil, let earlier = try head(startedBy: request.requestID, of: workflowID) {
            return .existing(earlier.reference)
        }
        let decision = StartDecision.decide(
            last: last?.status,
            reuse: request.reusePolicy,
            conflict: request.conflictPolicy
        )
        switch (decision, last) {
        case (.refuse, let last?): return .refused(last.reference, last.status)
        case (.useExisting, let last?): return .existing(last.reference)
        case (.terminateAndStart, let last?):
            let reason = "another run of the workflow id was started with terminateExisting"
            try terminate(last, reason: reason, identity: request.started.identity, at: request.now)
        default: break
        }
        return .started(try insertRun(request).reference)
    }

    mutating func signalWithStart(_ request: SignalWithStartRequest) throws -> StartOutcome {
        let start = request.start
        let workflowID = start.started.workflowID
        let earlier = try head(startedBy: start.requestID, of: workflowID)
        let last = try head(RunTarget(workflowID))
        if let open = earlier ?? last, open.status == .running {
            _ = try signal(open, request.signal, at: start.now)
            return .existing(open.reference)
        }
        if let earlier { return .existing(earlier.reference) }
        let decision = StartDecision.decide(
            last: last?.status,
            reuse: start.reusePolicy,
            conflict: start.conflictPolicy
        )
        if decision == .refuse, let last { return .refused(last.reference, last.status) }
        let run = try insertRun(start)
        _ = try signal(run, request.signal, at: start.now)
        return .started(run.reference)
    }

    private mutating func insertRun(_ request: StartRequest) throws -> RunHead {
        var request = request
        // The worker may have signed off after the caller asked for its key.
        if try request.owner != .nobody && !isRegistered(request.owner) { request.owner = .nobody }
        let started = request.started
        let event = HistoryEvent(id: 1, time: request.now, attributes: .workflowExecutionStarted(started))
        let bytes = HistoryCoding.encode([event])
        let isOwned = request.owner != .nobody
        var insert = try prepare(RunSQL.insert)
        insert.bind(started.originalExecutionRunID.rawValue)
        insert.bind(started.workflowID.rawValue)
        insert.bind(started.workflowType)
        insert.bind(started.taskQueue.rawValue)
        insert.bind(request.now.milliseconds)
        insert.bind(request.owner.rawValue)
        insert.bind(isOwned ? 1 as Int64 : 0)
        insert.bind(request.now.milliseconds)
        insert.bind(2 as Int64)
        insert.bind(bytes.count)
        insert.bind(request.requestID)
        let key = RunKey(try insert.integers().first ?? 0)
        try appendHistory(bytes, to: key, from: 1)
        if !isOwned { changes.append(.runnable(started.taskQueue)) }
        return RunHead(started: request, key: key)
    }
}

extension RunHead {
    /// A run that has just been inserted.
    fileprivate init(started request: StartRequest, key: RunKey) {
        reference = RunReference(
            key: key,
            workflowID: request.started.workflowID,
            runID: request.started.originalExecutionRunID
        )
        taskQueue = request.started.taskQueue
        status = .running
        owner = request.owner
        epoch = request.owner == .nobody ? 0 : 1
        nextEventID = 2
        wakeAt = request.now
        lastMessageID = 0
        cancelRequested = false
    }
}
