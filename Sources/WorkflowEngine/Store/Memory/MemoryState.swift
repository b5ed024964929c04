import WorkflowCore

/// All the store's rows.
struct MemoryState {
    var runs: [RunKey: MemoryRun] = [:]
    var runsOfID: [WorkflowID: [RunKey]] = [:]
    var workers: [WorkerKey: WorkerRegistration] = [:]
    var changes: [StoreChange] = []
    private var lastRun: Int64 = 0
    private var lastWorker: Int64 = 0

    mutating func takeChanges() -> [StoreChange] {
        defer { changes = [] }
        return changes
    }

    func find(_ target: RunTarget) -> MemoryRun? {
        let candidates = (runsOfID[target.workflowID] ?? []).reversed().lazy.compactMap { runs[$0] }
        return candidates.first { target.runID == nil || $0.reference.runID == target.runID }
    }

    private func find(startedBy requestID: String, of workflowID: WorkflowID) -> MemoryRun? {
        guard !requestID.isEmpty else { return nil }
        return (runsOfID[workflowID] ?? []).reversed().lazy.compactMap { runs[$0] }
            .first { $0.startRequestID == requestID }
    }

    // MARK: Starting
    mutating func start(_ request: StartRequest) -> StartOutcome {
        let workflowID = request.started.workflowID
        if let earlier = find(startedBy: request.requestID, of: workflowID) { return .existing(earlier.reference) }
        if let last = find(RunTarget(workflowID)) {
            switch StartDecision.decide(
                last: last.record.status,
                reuse: request.reusePolicy,
                conflict: request.conflictPolicy
            )
            {
            case .refuse: return .refused(last.reference, last.record.status)
            case .useExisting: return .existing(last.reference)
            case .startNew: break
            case .terminateAndStart:
                terminate(
                    last.key,
                    reason: "another run of the workflow id was started with terminateExisting",
                    identity: request.started.identity,
                    at: request.now
                )
            }
        }
        return .started(insert(request))
    }

    mutating func start(_ request: StartRequest, advancedBy activation: ActivationCommit) -> CommitOutcome {
        let outcome = start(request)
        guard case .started(let run) = outcome else { return .notStarted(outcome) }
        var activation = activation
        activation.run = run.key
        return commit(activation) == .committed ? .started(run) : .notStarted(outcome)
    }

    mutating func signalWithStart(_ request: SignalWithStartRequest) -> StartOutcome {
        let start = request.start
        let workflowID = start.started.workflowID
        let earlier = find(startedBy: start.requestID, of: workflowID)
        let last = find(RunTarget(workflowID))
        if let open = earlier ?? last, open.isOpen {
            _ = signal(open, request.signal, at: start.now)
            return .existing(open.reference)
        }
        if let earlier { return .existing(earlier.reference) }
        if let last,
            StartDecision.decide(
                last: last.record.status,
                reuse: start.reusePolicy,
                conflict: start.conflictPolicy
            ) == .refuse
        {
            return .refused(last.reference, last.record.status)
        }
        let reference = insert(start)
        if let run = runs[reference.key] { _ = signal(run, request.signal, at: start.now) }
        return .started(reference)
    }

    private mutating func insert(_ request: StartRequest) -> RunReference {
        lastRun += 1
        var request = request
        if workers[request.owner] == nil { request.owner = .nobody }
        let run = MemoryRun(request, key: RunKey(lastRun))
        runs[run.key] = run
        runsOfID[run.reference.workflowID, default: []].append(run.key)
        if !run.isOwned { changes.append(.runnable(run.record.taskQueue)) }
        return run.reference
    }

    // MARK: Messages
    mutating func signal(_ request: SignalRequest) -> SignalOutcome {
        guard let run = find(request.target) else { return .notFound }
        return signal(run, request.signal, at: request.now)
    }

    private mutating func signal(
        _ run: MemoryRun,
        _ signal: WorkflowExecutionSignaled,
        at now: Timestamp
    ) -> SignalOutcome {
        if run.signalRequests.contains(signal.requestID) { return .duplicate(run.reference) }
        guard run.isOpen else { return .closed(run.reference, run.record.status) }
        var run = run
        if !signal.requestID.isEmpty { run.signalRequests.insert(signal.requestID) }
        changes += run.receive(.signal(signal), at: now)
        runs[run.key] = run
        return .accepted(run.reference)
    }

    mutating func requestCancel(_ request: CancelRequest) -> CancelOutcome {
        guard var run = find(request.target) else { return .notFound }
        guard run.isOpen, !run.record.cancelRequested else { return .noEffect(run.reference, run.record.status) }
        run.record.cancelRequested = true
        changes += run.receive(.cancelRequested(cause: request.cause, identity: request.identity), at: request.now)
        runs[run.key] = run
        return .accepted(run.reference)
    }

    mutating func terminate(_ request: TerminateRequest) -> CancelOutcome {
        guard let run = find(request.target) else { return .notFound }
        guard run.isOpen else { return .noEffect(run.reference, run.record.status) }
        terminate(run.key, reason: request.reason, identity: request.identity, at: request.now)
        return .accepted(run.reference)
    }

    private mutating func terminate(_ key: RunKey, reason: String, identity: String, at now: Timestamp) {
        guard var run = runs[key] else { return }
        let event = HistoryEvent(
            id: run.record.nextEventID,
            time: now,
            attributes: .workflowExecutionTerminated(reason: reason, identity: identity)
        )
        run.append(HistoryCoding.encode([event]), next: event.id + 1)
        let formerOwner = run.record.owner
        changes += run.close(as: .terminated, at: now)
        run.record.epoch += 1
        if formerOwner != .nobody { changes.append(.ownershipLost(key, by: formerOwner)) }
        changes.append(.closed(key))
        runs[key] = run
    }

    // MARK: Workers
    mutating func registerWorker(_ registration: WorkerRegistration) -> WorkerKey {
        lastWorker += 1
        workers[WorkerKey(lastWorker)] = registration
        return WorkerKey(lastWorker)
    }

    var workerRecords: [WorkerRecord] {
        workers.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { WorkerRecord(key: $0.key, registration: $0.value, isAlive: true) }
    }
}
