import WorkflowCore

extension StoreUnit {
    mutating func report(_ report: AttemptReport) throws -> ReportOutcome {
        let key = TaskKey(run: report.run, scheduledEventID: report.scheduledEventID)
        guard try taskRecord(key)?.accepts(report) == true else { return .stale }
        try putDownTasks(of: report.run)
        guard let row = try task(key) else { return .stale }
        if report.worker == nil, row.record.state == .started {
            changes.append(.attemptRevoked(report.run, report.scheduledEventID))
        }
        try end(row, report.decision, at: report.now)
        return .accepted
    }

    /// Ends the attempts that a removed worker was running; see ``WorkflowStore/removeWorker(_:at:)``.
    ///
    /// - Parameter carried: those its runs have carried, and carry no more.
    mutating func endAttempts(of worker: WorkerKey, carried: [TaskRow], at now: Timestamp) throws {
        var started = try prepare(TaskSQL.startedBy)
        started.bind(worker.rawValue)
        let rows = try started.taskKeys().compactMap { try task($0) } + carried
        // Nobody is told to stop them: where they ran, nothing runs any more.
        for row in rows.sorted(by: { $0.key < $1.key }) {
            let decision = row.record.workerLostDecision(identity: row.identity, at: now)
            try end(row, decision, at: now, workerIsLost: true)
        }
    }

    private mutating func end(
        _ row: TaskRow,
        _ decision: AttemptReport.Decision,
        at now: Timestamp,
        workerIsLost: Bool = false
    ) throws {
        let (task, key) = (row.record, row.key)
        let decision = task.cancelRequested ? decision.withoutRetry : decision
        var ending = AttemptEnding(
            end: AttemptEnd(decision, workerIsLost: workerIsLost),
            endedAt: now,
            failure: decision.failure
        )
        switch decision {
        case .ended(let result):
            try insertAttempt(of: row, ending)
            if !task.isCarried { try deleteTask(key) }
            guard let run = try head(key.run) else { return }
            try deliver(.activityEnded(task.outcome(result, identity: row.identity)), to: run, at: now)
        case .retry(let failure, let visibleAt):
            ending.nextAttemptAt = visibleAt
            try insertAttempt(of: row, ending)
            try retry(row, NextAttempt(visibleAt: visibleAt, failure: failure))
        }
    }

    private func insertAttempt(of row: TaskRow, _ ending: AttemptEnding) throws {
        guard row.record.isCarried else { return try insertAttempt(of: row.key, ending) }
        var ending = ending
        ending.identity = row.identity
        let task = row.record
        let type = task.scheduled.activityType
        try insertAttempt(ofCarried: row.key, type, startedAt: task.scheduledTime, ending)
    }

    private mutating func retry(_ row: TaskRow, _ next: NextAttempt) throws {
        let task = row.record
        if task.isCarried { return try insertTask(NewTask(started: task), of: row.key.run, next: next) }
        let deadline = TaskDeadline.waiting(
            task.scheduled,
            scheduledTime: task.scheduledTime,
            visibleAt: next.visibleAt
        )
        var update = try prepare(TaskSQL.retry)
        update.bind(next.visibleAt.milliseconds)
        update.bind(deadline)
        update.bind(next.failure.encoded)
        update.bind(row.key)
        try update.run()
        changes.append(.task(task.scheduled.taskQueue))
    }

    mutating func heartbeat(_ heartbeat: Heartbeat) throws -> HeartbeatOutcome {
        let key = TaskKey(run: heartbeat.run, scheduledEventID: heartbeat.scheduledEventID)
        guard let task = try taskRecord(key), task.accepts(heartbeat) else { return .stale }
        try putDownTasks(of: heartbeat.run)
        let deadline = TaskDeadline.started(
            task.scheduled,
            scheduledTime: task.scheduledTime,
            startedAt: task.startedAt ?? heartbeat.now,
            lastHeartbeat: heartbeat.now
        )
        var update = try prepare(TaskSQL.heartbeat)
        update.bind(heartbeat.now.milliseconds)
        update.bind(RowCoding.bytes(heartbeat.details))
        update.bind(deadline)
        update.bind(key)
        try update.run()
        return .recorded(cancelRequested: task.cancelRequested)
    }
}
