import WorkflowCore

extension StoreUnit {
    mutating func commit(_ activation: ActivationCommit) throws -> CommitOutcome {
        let run = activation.run
        guard let ownership = try ownership(of: run), ownership.allows(activation.worker, epoch: activation.epoch)
        else { return .ownershipLost }
        guard ownership.nextEventID == activation.firstEventID else { return .historyMoved }
        var carried = ownership.carried
        guard try areCurrent(activation.endedAttempts, carried, activation) else { return .staleAttempt }
        guard let belongings = try belongings(of: run, closedBy: activation, ownership.carried) else {
            return .unreadInbox
        }
        if !activation.events.isEmpty {
            try appendHistory(activation.events, to: run, from: activation.firstEventID)
        }
        try deleteMessages(activation.consumedInbox, of: run)
        try changeTasks(activation, &carried, queue: ownership.taskQueue)
        try changeTimersAndPublishedState(activation)
        if let status = activation.closes {
            try close(run, RunEnd(activation, status: status), formerOwner: .nobody, removing: belongings)
            return .committed
        }
        try advance(activation, carried)
        if activation.releases {
            try giveUp(run, queue: ownership.taskQueue, wakeAt: activation.wakeAt, blocked: nil)
        }
        return .committed
    }

    /// What a close has to remove, or nil when the inbox holds what the activation has not seen.
    private func belongings(
        of run: RunKey,
        closedBy activation: ActivationCommit,
        _ carried: CarriedTasks
    ) throws -> RunBelongings? {
        guard activation.closes != nil else { return .all }
        var found = try belongings(of: run)
        if found.hasMessages {
            guard try Set(messageIDs(of: run)).isSubset(of: activation.consumedInbox) else { return nil }
        }
        // Carried tasks that do not end with the run, and new ones, get rows before it is closed.
        let leavesCarried = carried.tasks.count != activation.endedAttempts.count
        found.hasTasks = found.hasTasks || leavesCarried || !activation.newTasks.isEmpty
        found.hasTimers = found.hasTimers || !activation.newTimers.isEmpty
        return found
    }

    mutating func changeTimersAndPublishedState(_ activation: ActivationCommit) throws {
        let run = activation.run
        for timer in activation.removedTimers { try deleteTimer(timer, of: run) }
        for timer in activation.newTimers { try insertTimer(timer, of: run) }
        for (name, value) in activation.published { try publish(value, as: name, of: run) }
        if !activation.published.isEmpty { changes.append(.published(run)) }
    }

    mutating func release(_ request: ReleaseRequest) throws {
        guard let ownership = try ownership(of: request.run), ownership.owner != .nobody,
            ownership.allows(ownership.owner, epoch: request.epoch)
        else { return }
        try putDownTasks(of: request.run)
        try giveUp(request.run, queue: ownership.taskQueue, wakeAt: request.wakeAt, blocked: request.blocked)
    }

    private mutating func giveUp(
        _ run: RunKey,
        queue: TaskQueue,
        wakeAt: Timestamp,
        blocked: BlockedReason?
    ) throws {
        var wakeAt = wakeAt
        if blocked == nil, let oldest = try oldestMessageTime(of: run) { wakeAt = min(wakeAt, oldest) }
        var update = try prepare(RunSQL.release)
        update.bind(wakeAt.milliseconds)
        update.bind(RowCoding.bytes(blocked))
        update.bind(run.rawValue)
        try update.run()
        if wakeAt != .never { changes.append(.runnable(queue)) }
    }

    private func advance(_ activation: ActivationCommit, _ carried: CarriedTasks) throws {
        var update = try prepare(RunSQL.advance)
        update.bind(activation.nextEventID)
        update.bind(activation.events.count)
        update.bind(activation.wakeAt.milliseconds)
        update.bind(RowCoding.bytes(activation.waits))
        update.bind(carried.bytes)
        update.bind(activation.run.rawValue)
        try update.run()
    }

    private func areCurrent(
        _ attempts: [EndedAttempt],
        _ carried: CarriedTasks,
        _ activation: ActivationCommit
    ) throws -> Bool {
        var seen: Set<EventID> = []
        for attempt in attempts {
            guard seen.insert(attempt.outcome.scheduledEventID).inserted else { return false }
            if carried.contains(attempt.outcome.scheduledEventID) {
                guard attempt.outcome.attempt == 1 else { return false }
                continue
            }
            var query = try prepare(TaskSQL.state)
            query.bind(TaskKey(run: activation.run, scheduledEventID: attempt.outcome.scheduledEventID))
            defer { query.reset() }
            guard try query.step(), query.integer(0) == Int64(TaskState.started.rawValue),
                query.integer(1) == Int64(attempt.outcome.attempt), query.integer(2) == activation.worker.rawValue
            else { return false }
        }
        return true
    }

    private mutating func changeTasks(
        _ activation: ActivationCommit,
        _ carried: inout CarriedTasks,
        queue: TaskQueue
    ) throws {
        for attempt in activation.endedAttempts { try endAttempt(attempt, of: activation.run, &carried) }
        for event in activation.cancelledTasks {
            if carried.contains(event) { try putDown(&carried, activation) }
            try cancelTask(event, activation)
        }
        for task in activation.newTasks {
            if task.isCarried(by: activation, queue: queue) {
                carried.append(task)
            } else {
                try insertTask(task, of: activation.run)
            }
        }
        if activation.closes != nil || activation.releases { try putDown(&carried, activation) }
    }

    private func endAttempt(_ attempt: EndedAttempt, of run: RunKey, _ carried: inout CarriedTasks) throws {
        let key = TaskKey(run: run, scheduledEventID: attempt.outcome.scheduledEventID)
        let decision = AttemptReport.Decision.ended(attempt.outcome.result)
        let ending = AttemptEnding(
            end: AttemptEnd(decision),
            endedAt: attempt.endedAt,
            identity: attempt.outcome.identity,
            failure: decision.failure
        )
        if let task = carried.remove(key.scheduledEventID) {
            guard attempt.needsRow(isCarried: true) else { return }
            return try insertAttempt(ofCarried: key, task.activityType, startedAt: task.scheduledTime, ending)
        }
        try insertAttempt(of: key, ending)
        try deleteTask(key)
    }

    /// Gives the carried tasks rows within the run's own commit, which writes their absence anyhow.
    private mutating func putDown(_ carried: inout CarriedTasks, _ activation: ActivationCommit) throws {
        for task in carried.tasks {
            let scheduled = try Self.readingCarried(of: activation.run) { () throws(DecodingFailure) in
                try RowCoding.scheduled(task.scheduled)
            }
            let row = NewTask(
                scheduledEventID: task.scheduledEventID,
                scheduled: scheduled,
                scheduledTime: task.scheduledTime,
                startedBy: activation.worker
            )
            try insertTask(row, of: activation.run)
        }
        carried = .none
    }

    private mutating func cancelTask(_ event: EventID, _ activation: ActivationCommit) throws {
        let key = TaskKey(run: activation.run, scheduledEventID: event)
        guard let task = try task(key)?.record else { return }
        if task.state == .started {
            guard !task.cancelRequested else { return }
            var update = try prepare(TaskSQL.requestCancel)
            update.bind(key)
            try update.run()
            changes.append(.attemptRevoked(activation.run, event))
            return
        }
        try insertAttempt(of: key, AttemptEnding(end: .cancelled, endedAt: activation.now))
        try deleteTask(key)
        guard activation.closes == nil, let run = try head(activation.run) else { return }
        let outcome = task.outcome(.cancelled(details: nil), identity: "")
        try deliver(.activityEnded(outcome), to: run, at: activation.now)
    }

    /// - Parameter next: of a task whose first attempt has ended.
    mutating func insertTask(_ task: NewTask, of run: RunKey, next: NextAttempt? = nil) throws {
        let isStarted = task.startedBy != .nobody && next == nil
        let time = task.scheduledTime
        let visibleAt = next?.visibleAt ?? time
        let deadline =
            isStarted
            ? TaskDeadline.started(task.scheduled, scheduledTime: time, startedAt: time, lastHeartbeat: nil)
            : TaskDeadline.waiting(task.scheduled, scheduledTime: time, visibleAt: visibleAt)
        var insert = try prepare(TaskSQL.insert)
        insert.bind(TaskKey(run: run, scheduledEventID: task.scheduledEventID))
        insert.bind(task.scheduled.taskQueue.rawValue)
        insert.bind(task.scheduled.activityType)
        insert.bind(isStarted ? TaskState.started.rawValue : TaskState.waiting.rawValue)
        insert.bind(next == nil ? 1 : 2)
        insert.bind(time.milliseconds)
        insert.bind(visibleAt.milliseconds)
        insert.bind(isStarted ? time.milliseconds : nil as Int64?)
        insert.bind((isStarted ? task.startedBy : .nobody).rawValue)
        insert.bind(deadline)
        insert.bind(RowCoding.bytes(.activityTaskScheduled(task.scheduled)))
        insert.bind(next?.failure.encoded)
        try insert.run()
        if !isStarted { changes.append(.task(task.scheduled.taskQueue)) }
    }
}

/// Who may append to a run, and where.
private struct RunOwnership {
    var status: Int64
    var owner: WorkerKey
    var epoch: Int64
    var nextEventID: EventID
    var taskQueue: TaskQueue
    var carried: CarriedTasks

    func allows(_ worker: WorkerKey, epoch: Int64) -> Bool {
        status == Int64(RunStatus.running.rawValue) && owner == worker && worker != .nobody && self.epoch == epoch
    }
}

extension StoreUnit {
    private func ownership(of run: RunKey) throws -> RunOwnership? {
        var query = try prepare(RunSQL.ownership)
        query.bind(run.rawValue)
        defer { query.reset() }
        guard try query.step() else { return nil }
        return RunOwnership(
            status: query.integer(0),
            owner: WorkerKey(query.integer(1)),
            epoch: query.integer(2),
            nextEventID: query.integer(3),
            taskQueue: TaskQueue(query.text(4)),
            carried: try Self.readingCarried(of: run) { () throws(DecodingFailure) in
                try query.blob(5).map { bytes throws(DecodingFailure) in try CarriedTasks(bytes) } ?? .none
            }
        )
    }
}

extension RunEnd {
    fileprivate init(_ activation: ActivationCommit, status: RunStatus) {
        self.init(
            status: status,
            time: activation.now,
            epoch: activation.epoch,
            nextEventID: activation.nextEventID,
            addedBytes: activation.events.count
        )
    }
}
