import WorkflowCore

extension StoreUnit {
    mutating func start(_ request: StartRequest) throws -> StartOutcome {
        if let answer = try answer(to: request) { return answer }
        return .started(try insertRun(request).reference)
    }

    /// Starts a run and commits its first activation.
    mutating func start(_ request: StartRequest, advancedBy activation: ActivationCommit) throws -> CommitOutcome {
        if let answer = try answer(to: request) { return .notStarted(answer) }
        guard try isRegistered(request.owner) else {
            var unowned = request
            unowned.owner = .nobody
            return .notStarted(.started(try insertRun(unowned).reference))
        }
        var activation = activation
        guard activation.closes == nil else {
            let run = try insertRun(request).reference
            activation.run = run.key
            let outcome = try commit(activation)
            guard outcome == .committed else { throw StoreError.newRunRefused("\(outcome)") }
            return .started(run)
        }
        let first = FirstActivation(activation, queue: request.started.taskQueue)
        let run = try insertRun(request, first).reference
        activation.run = run.key
        for task in first.tasksWithRows { try insertTask(task, of: run.key) }
        try changeTimersAndPublishedState(activation)
        return .started(run)
    }

    /// What a start comes to without a new run; `nil`: there is to be one.
    private mutating func answer(to request: StartRequest) throws -> StartOutcome? {
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
        return nil
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

    private mutating func insertRun(_ request: StartRequest, _ first: FirstActivation? = nil) throws -> RunHead {
        var request = request
        // The worker may have signed off after the caller asked for its key.
        if try first == nil && request.owner != .nobody && !isRegistered(request.owner) { request.owner = .nobody }
        let started = request.started
        let event = HistoryEvent(id: 1, time: request.now, attributes: .workflowExecutionStarted(started))
        let bytes = HistoryCoding.encode([event]) + (first?.events ?? [])
        let key = try insertRow(request, first, historyBytes: bytes.count)
        try appendHistory(bytes, to: key, from: 1)
        if request.owner == .nobody { changes.append(.runnable(started.taskQueue)) }
        return RunHead(started: request, key: key)
    }

    private func insertRow(_ request: StartRequest, _ first: FirstActivation?, historyBytes: Int) throws -> RunKey {
        let started = request.started
        var insert = try prepare(RunSQL.insert)
        insert.bind(started.originalExecutionRunID.rawValue)
        insert.bind(started.workflowID.rawValue)
        insert.bind(started.workflowType)
        insert.bind(started.taskQueue.rawValue)
        insert.bind(request.now.milliseconds)
        insert.bind(request.owner.rawValue)
        insert.bind(request.owner == .nobody ? 0 : 1 as Int64)
        insert.bind((first?.wakeAt ?? request.now).milliseconds)
        insert.bind(first?.nextEventID ?? 2)
        insert.bind(historyBytes)
        insert.bind(request.requestID)
        insert.bind(RowCoding.bytes(first?.waits ?? []))
        insert.bind(first?.carried.bytes)
        try insert.run()
        return RunKey(insert.insertedKey)
    }
}

/// What a new run's rows hold when its first activation, which leaves it open, is written with it.
private struct FirstActivation {
    var nextEventID: EventID
    var events: [UInt8]
    var wakeAt: Timestamp
    var waits: [RunWait]
    var carried = CarriedTasks.none
    var tasksWithRows: [NewTask] = []

    init(_ activation: ActivationCommit, queue: TaskQueue) {
        nextEventID = activation.nextEventID
        events = activation.events
        wakeAt = activation.wakeAt
        waits = activation.waits
        for task in activation.newTasks {
            if task.isCarried(by: activation, queue: queue) { carried.append(task) } else { tasksWithRows.append(task) }
        }
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
