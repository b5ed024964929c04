import WorkflowCore

extension StoreUnit {
    mutating func claimRuns(_ request: ClaimRunsRequest) throws -> [ClaimedRun] {
        guard try isRegistered(request.worker) else { return [] }
        let types = Set(request.types)
        var candidates: [RunToClaim] = []
        for queue in Set(request.queues) { candidates += try runsToClaim(queue, types: types, request) }
        candidates.sort { ($0.wakeAt, $0.run.reference.key.rawValue) < ($1.wakeAt, $1.run.reference.key.rawValue) }
        return try candidates.prefix(max(0, request.limit)).map { candidate in
            try claim(candidate.run, by: request.worker)
            var run = candidate.run
            if candidate.isNew { run.beginning = beginning(of: run.reference.key) }
            return run
        }
    }

    /// Nothing when it cannot be read: that fails the load of this run, and must not fail the claim of all others.
    private func beginning(of run: RunKey) -> ClaimedRun.Beginning? {
        guard let events = try? history(of: run, from: 1).first?.events else { return nil }
        return (try? inbox(of: run)).map { ClaimedRun.Beginning(events: events, inbox: $0) }
    }

    private func runsToClaim(
        _ queue: TaskQueue,
        types: Set<String>,
        _ request: ClaimRunsRequest
    ) throws -> [RunToClaim] {
        var query = try prepare(RunSQL.toClaim)
        query.bind(queue.rawValue)
        query.bind(request.now.milliseconds)
        defer { query.reset() }
        var found: [RunToClaim] = []
        while found.count < request.limit, try query.step() {
            let type = query.text(3)
            guard types.contains(type) else { continue }
            let reference = RunReference(
                key: RunKey(query.integer(0)),
                workflowID: WorkflowID(query.text(2)),
                runID: RunID(query.text(1))
            )
            let run = ClaimedRun(
                reference: reference,
                workflowType: type,
                taskQueue: queue,
                epoch: query.integer(5) + 1
            )
            found.append(RunToClaim(run: run, wakeAt: query.integer(4), isNew: query.integer(6) == 2))
        }
        return found
    }

    mutating func claimTasks(_ request: ClaimTasksRequest) throws -> ClaimedTasks {
        guard try isRegistered(request.worker) else { return ClaimedTasks(tasks: [], runs: []) }
        let types = Set(request.types)
        var query = try prepare(TaskSQL.visible)
        query.bind(request.queue.rawValue)
        query.bind(request.now.milliseconds)
        query.bind(request.now.milliseconds)
        var keys: [TaskKey] = []
        while keys.count < request.limit, try query.step() {
            guard types.contains(query.text(2)) else { continue }
            keys.append(TaskKey(run: RunKey(query.integer(0)), scheduledEventID: query.integer(1)))
        }
        query.reset()
        let tasks = try keys.compactMap { try startTask($0, by: request.worker, at: request.now) }
        return ClaimedTasks(tasks: tasks, runs: try tasks.compactMap { try claimRun(of: $0, request) })
    }

    private func claimRun(of task: TaskRecord, _ request: ClaimTasksRequest) throws -> ClaimedRun? {
        guard task.bringsItsRun else { return nil }
        var query = try prepare(RunSQL.toClaimByKey)
        query.bind(task.run.key.rawValue)
        query.bind(request.runQueue.rawValue)
        defer { query.reset() }
        guard try query.step(), request.runTypes.contains(query.text(0)) else { return nil }
        let run = ClaimedRun(
            reference: task.run,
            workflowType: query.text(0),
            taskQueue: request.runQueue,
            epoch: query.integer(1) + 1
        )
        try claim(run, by: request.worker)
        return run
    }

    private func claim(_ run: ClaimedRun, by worker: WorkerKey) throws {
        var update = try prepare(RunSQL.claim)
        update.bind(worker.rawValue)
        update.bind(run.epoch)
        update.bind(run.reference.key.rawValue)
        try update.run()
    }

    private func startTask(_ key: TaskKey, by worker: WorkerKey, at now: Timestamp) throws -> TaskRecord? {
        guard let waiting = try task(key)?.record else { return nil }
        let deadline = TaskDeadline.started(
            waiting.scheduled,
            scheduledTime: waiting.scheduledTime,
            startedAt: now,
            lastHeartbeat: nil
        )
        var update = try prepare(TaskSQL.start)
        update.bind(key)
        update.bind(worker.rawValue)
        update.bind(deadline)
        update.bind(now.milliseconds)
        try update.run()
        var started = waiting
        started.state = .started
        started.startedAt = now
        started.worker = worker
        started.lastHeartbeat = nil
        started.deadline = deadline.time
        started.deadlineType = deadline.type
        return started
    }

    /// When something is due for a worker.
    func nextDue(for worker: WorkerKey, queues: [TaskQueue], types: [String]) throws -> Timestamp? {
        let activityTypes = Set(try activityTypes(of: worker))
        var due: [Int64] = try prepare(TaskSQL.nextDeadline).integersButNull()
        for queue in Set(queues) {
            due += try firstTime(TaskSQL.nextVisible, queue, types: activityTypes)
            due += try firstTime(RunSQL.nextWake, queue, types: Set(types))
        }
        return due.min().map(Timestamp.init(milliseconds:))
    }

    /// The time in the first row of a `type, time` query whose type is among `types`.
    private func firstTime(_ sql: StaticString, _ queue: TaskQueue, types: Set<String>) throws -> [Int64] {
        guard !types.isEmpty else { return [] }
        var query = try prepare(sql)
        query.bind(queue.rawValue)
        defer { query.reset() }
        while try query.step() {
            if types.contains(query.text(0)) { return [query.integer(1)] }
        }
        return []
    }
}

private struct RunToClaim {
    var run: ClaimedRun
    var wakeAt: Int64
    /// Its history is the event of its start.
    var isNew: Bool
}

extension RawStatement {
    fileprivate func integersButNull() throws -> [Int64] {
        defer { reset() }
        var values: [Int64] = []
        while try step() {
            if let value = optionalInteger(0) { values.append(value) }
        }
        return values
    }
}
