import WorkflowCore

extension MemoryState {
    mutating func claimTasks(_ request: ClaimTasksRequest) -> ClaimedTasks {
        guard let identity = workers[request.worker]?.identity else { return ClaimedTasks(tasks: [], runs: []) }
        let visible = allTasks.filter { task in
            task.state == .waiting && task.scheduled.taskQueue == request.queue && task.visibleAt <= request.now
                && task.deadline > request.now && request.types.contains(task.scheduled.activityType)
        }
        let order = visible.sorted {
            ($0.visibleAt, $0.run.key, $0.scheduledEventID) < ($1.visibleAt, $1.run.key, $1.scheduledEventID)
        }
        let tasks = order.prefix(max(0, request.limit)).map { waiting in
            var task = waiting
            task.state = .started
            task.startedAt = request.now
            task.worker = request.worker
            task.lastHeartbeat = nil
            task.setDeadline()
            runs[task.run.key]?.tasks[task.scheduledEventID] = MemoryTask(record: task, identity: identity)
            return task
        }
        return ClaimedTasks(tasks: tasks, runs: tasks.compactMap { claimRun(of: $0, request) })
    }

    private mutating func claimRun(of task: TaskRecord, _ request: ClaimTasksRequest) -> ClaimedRun? {
        guard task.bringsItsRun, let run = runs[task.run.key]?.record, run.status == .running, run.owner == .nobody,
            run.blocked == nil, run.taskQueue == request.runQueue, request.runTypes.contains(run.workflowType)
        else { return nil }
        return claim(task.run.key, by: request.worker)
    }

    mutating func report(_ report: AttemptReport) -> ReportOutcome {
        guard var run = runs[report.run], let task = run.putDown(report.scheduledEventID),
            task.record.accepts(report)
        else { return .stale }
        if report.worker == nil, task.record.state == .started {
            changes.append(.attemptRevoked(report.run, report.scheduledEventID))
        }
        end(task, of: &run, report.decision, at: report.now)
        runs[run.key] = run
        return .accepted
    }

    /// Ends an attempt of a run: the task waits for the next one, or its outcome for the run.
    mutating func end(
        _ ended: MemoryTask,
        of run: inout MemoryRun,
        _ decision: AttemptReport.Decision,
        at now: Timestamp,
        workerIsLost: Bool = false
    ) {
        var task = ended
        let decision = task.record.cancelRequested ? decision.withoutRetry : decision
        let end = AttemptEnd(decision, workerIsLost: workerIsLost)
        switch decision {
        case .ended(let result):
            run.keepAttempt(of: task, end, at: now, failure: decision.failure)
            run.tasks[task.record.scheduledEventID] = nil
            let outcome = task.record.outcome(result, identity: task.identity)
            changes += run.receive(.activityEnded(outcome), at: now)
        case .retry(let failure, let visibleAt):
            run.keepAttempt(of: task, end, at: now, failure: failure, nextAttemptAt: visibleAt)
            task.identity = ""
            task.record.retry(after: failure, visibleAt: visibleAt)
            run.tasks[task.record.scheduledEventID] = task
            changes.append(.task(task.record.scheduled.taskQueue))
        }
    }

    mutating func heartbeat(_ heartbeat: Heartbeat) -> HeartbeatOutcome {
        guard runs[heartbeat.run]?.tasks[heartbeat.scheduledEventID]?.record.accepts(heartbeat) == true else {
            return .stale
        }
        runs[heartbeat.run]?.putDownTasks()
        guard var task = runs[heartbeat.run]?.tasks[heartbeat.scheduledEventID] else { return .stale }
        task.record.lastHeartbeat = heartbeat.now
        task.record.heartbeatDetails = heartbeat.details ?? task.record.heartbeatDetails
        task.record.setDeadline()
        runs[heartbeat.run]?.tasks[heartbeat.scheduledEventID] = task
        return .recorded(cancelRequested: task.record.cancelRequested)
    }

    func overdueTasks(at now: Timestamp, limit: Int) -> [OverdueTask] {
        let overdue = allTasks.filter { $0.deadline != .never && $0.deadline <= now && !$0.isCarried }
        let order = overdue.sorted {
            ($0.deadline, $0.run.key, $0.scheduledEventID) < ($1.deadline, $1.run.key, $1.scheduledEventID)
        }
        return Array(order.prefix(max(0, limit)))
    }

    func nextDue(for worker: WorkerKey, queues: [TaskQueue], types: [String]) -> Timestamp? {
        let activityTypes = workers[worker]?.activityTypes ?? []
        var due = allTasks.filter { !$0.isCarried }.map(\.deadline)
        due += allTasks.filter { task in
            task.state == .waiting && queues.contains(task.scheduled.taskQueue)
                && activityTypes.contains(task.scheduled.activityType)
        }.map(\.visibleAt)
        due += runs.values.filter { run in
            run.isOpen && !run.isOwned && queues.contains(run.record.taskQueue)
                && types.contains(run.record.workflowType)
        }.map(\.record.wakeAt)
        return due.filter { $0 != .never }.min()
    }

    func countTasks(in queue: TaskQueue) -> TaskCounts {
        let tasks = allTasks.filter { $0.scheduled.taskQueue == queue }
        let waiting = tasks.count { $0.state == .waiting }
        return TaskCounts(waiting: waiting, started: tasks.count - waiting)
    }

    private var allTasks: [TaskRecord] { runs.values.flatMap { $0.tasks.values.map(\.record) } }

    // MARK: Lists
    func list(_ filter: RunFilter) -> [RunRecord] {
        let found = runs.values
            .filter { run in filter.matches(run.record) && filter.before.map { run.key < $0 } ?? true }
            .sorted { $1.key < $0.key }
        return found.prefix(max(0, filter.limit)).map(\.shown)
    }

    func count(_ filter: RunFilter) -> [RunStatus: Int] {
        runs.values.reduce(into: [:]) { counts, run in
            if filter.matches(run.record) { counts[run.record.status, default: 0] += 1 }
        }
    }
}

extension RunFilter {
    fileprivate func matches(_ run: RunRecord) -> Bool {
        (statuses.isEmpty || statuses.contains(run.status))
            && (workflowType == nil || workflowType == run.workflowType)
            && (!blockedOnly || run.blocked != nil)
            && run.reference.workflowID.rawValue.utf8.starts(with: (workflowIDPrefix ?? "").utf8)
    }
}

extension TaskRecord {
    fileprivate mutating func retry(after failure: Failure, visibleAt: Timestamp) {
        state = .waiting
        attempt += 1
        self.visibleAt = visibleAt
        startedAt = nil
        worker = .nobody
        lastHeartbeat = nil
        lastFailure = failure
        setDeadline()
    }
}
