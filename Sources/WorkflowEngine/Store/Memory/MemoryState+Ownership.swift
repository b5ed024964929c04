import WorkflowCore

extension MemoryState {
    mutating func claimRuns(_ request: ClaimRunsRequest) -> [ClaimedRun] {
        guard workers[request.worker] != nil else { return [] }
        let due = runs.values
            .filter { run in
                run.isOpen && !run.isOwned && run.record.wakeAt <= request.now
                    && request.queues.contains(run.record.taskQueue)
                    && request.types.contains(run.record.workflowType)
            }
            .sorted { ($0.record.wakeAt, $0.key) < ($1.record.wakeAt, $1.key) }
        return due.prefix(max(0, request.limit)).compactMap { claim($0.key, by: request.worker) }
    }

    mutating func claim(_ key: RunKey, by worker: WorkerKey) -> ClaimedRun? {
        guard var run = runs[key] else { return nil }
        run.record.owner = worker
        run.record.epoch += 1
        runs[key] = run
        return ClaimedRun(
            reference: run.reference,
            workflowType: run.record.workflowType,
            taskQueue: run.record.taskQueue,
            epoch: run.record.epoch,
            beginning: run.beginning
        )
    }

    mutating func release(_ request: ReleaseRequest) {
        guard var run = runs[request.run], run.isOpen, run.isOwned, run.record.epoch == request.epoch else { return }
        changes += run.giveUp(wakeAt: request.wakeAt, blocked: request.blocked)
        runs[run.key] = run
    }

    mutating func commit(_ activation: ActivationCommit) -> CommitOutcome {
        guard var run = runs[activation.run], run.isOpen, run.isOwned, run.record.owner == activation.worker,
            run.record.epoch == activation.epoch
        else { return .ownershipLost }
        guard run.record.nextEventID == activation.firstEventID else { return .historyMoved }
        guard areCurrent(activation.endedAttempts, in: run, by: activation.worker) else { return .staleAttempt }
        let unread = run.inbox.filter { !activation.consumedInbox.contains($0.id) }
        if activation.closes != nil, !unread.isEmpty { return .unreadInbox }

        run.append(activation.events, next: activation.nextEventID)
        run.inbox = unread
        run.record.wakeAt = activation.wakeAt
        run.record.waits = activation.waits
        run.record.blocked = nil
        changeTasks(of: &run, activation)
        for timer in activation.removedTimers { run.timers[timer] = nil }
        for timer in activation.newTimers { run.timers[timer.startedEventID] = timer.fireTime }
        for (name, value) in activation.published { run.published[name] = value }
        if !activation.published.isEmpty { changes.append(.published(run.key)) }
        if let status = activation.closes {
            changes += run.close(as: status, at: activation.now)
            changes.append(.closed(run.key))
        } else if activation.releases {
            changes += run.giveUp(wakeAt: activation.wakeAt, blocked: nil)
        }
        runs[run.key] = run
        return .committed
    }

    private func areCurrent(_ attempts: [EndedAttempt], in run: MemoryRun, by worker: WorkerKey) -> Bool {
        let events = attempts.map(\.outcome.scheduledEventID)
        guard Set(events).count == events.count else { return false }
        return attempts.allSatisfy { ended in
            guard let task = run.tasks[ended.outcome.scheduledEventID]?.record else { return false }
            return task.state == .started && task.attempt == ended.outcome.attempt && task.worker == worker
        }
    }

    private mutating func changeTasks(of run: inout MemoryRun, _ activation: ActivationCommit) {
        for ended in activation.endedAttempts {
            guard let task = run.tasks.removeValue(forKey: ended.outcome.scheduledEventID) else { continue }
            guard ended.needsRow(isCarried: task.record.isCarried) else { continue }
            let decision = AttemptReport.Decision.ended(ended.outcome.result)
            run.keepAttempt(
                of: task,
                AttemptEnd(decision),
                at: ended.endedAt,
                identity: ended.outcome.identity,
                failure: decision.failure
            )
        }
        for event in activation.cancelledTasks { cancelTask(event, of: &run, activation) }
        for task in activation.newTasks {
            var record = TaskRecord(task, of: run.reference)
            record.isCarried = task.isCarried(by: activation, queue: run.record.taskQueue)
            run.tasks[task.scheduledEventID] = MemoryTask(
                record: record,
                identity: workers[task.startedBy]?.identity ?? ""
            )
            if record.state == .waiting { changes.append(.task(record.scheduled.taskQueue)) }
        }
    }

    private mutating func cancelTask(_ event: EventID, of run: inout MemoryRun, _ activation: ActivationCommit) {
        guard let task = run.tasks[event] else { return }
        if task.record.state == .started {
            guard !task.record.cancelRequested else { return }
            if task.record.isCarried { run.putDownTasks() }
            run.tasks[event]?.record.cancelRequested = true
            changes.append(.attemptRevoked(run.key, event))
            return
        }
        run.keepAttempt(of: task, .cancelled, at: activation.now)
        run.tasks[event] = nil
        guard activation.closes == nil else { return }
        let outcome = task.record.outcome(.cancelled(details: nil), identity: "")
        changes += run.receive(.activityEnded(outcome), at: activation.now)
    }

    // MARK: Lost owners
    mutating func removeWorker(_ worker: WorkerKey, at now: Timestamp) {
        guard worker != .nobody else { return }
        var freed: [TaskQueue] = []
        for key in runs.keys.sorted() where runs[key]?.isOpen == true && runs[key]?.record.owner == worker {
            runs[key]?.loseOwner()
            changes.append(.ownershipLost(key, by: worker))
            if let run = runs[key], run.record.wakeAt != .never { freed.append(run.record.taskQueue) }
        }
        announce(freed)
        for key in runs.keys.sorted() { endAttempts(of: worker, in: key, at: now) }
        workers[worker] = nil
    }

    private mutating func endAttempts(of worker: WorkerKey, in key: RunKey, at now: Timestamp) {
        guard var run = runs[key] else { return }
        for task in run.sortedTasks where task.record.state == .started && task.record.worker == worker {
            let decision = task.record.workerLostDecision(identity: task.identity, at: now)
            end(task, of: &run, decision, at: now, workerIsLost: true)
        }
        runs[key] = run
    }

    mutating func retryBlockedRuns(types: [String], at now: Timestamp) -> Int {
        let blocked = runs.values
            .filter { run in
                run.isOpen && !run.isOwned && run.record.blocked != nil && types.contains(run.record.workflowType)
            }
            .sorted { $0.key < $1.key }
        for run in blocked { runs[run.key]?.record.wakeAt = min(run.record.wakeAt, now) }
        announce(blocked.map(\.record.taskQueue))
        return blocked.count
    }

    private mutating func announce(_ queues: [TaskQueue]) {
        var seen: Set<TaskQueue> = []
        for queue in queues where seen.insert(queue).inserted { changes.append(.runnable(queue)) }
    }
}
