import WorkflowCore

extension StoreUnit {
    mutating func report(_ report: AttemptReport) throws -> ReportOutcome {
        let key = TaskKey(run: report.run, scheduledEventID: report.scheduledEventID)
        guard try taskRecord(key)?.accepts(report) == true else { return .stale }
        try putDownTasks(of: report.run)
        guard let row = try task(key), let run = try head(report.run) else { return .stale }
        let task = row.record
        if report.worker == nil, task.state == .started {
            changes.append(.attemptRevoked(report.run, report.scheduledEventID))
        }
        switch task.cancelRequested ? report.decision.withoutRetry : report.decision {
        case .ended(let result):
            try insertAttempt(of: key, AttemptEnding(report, decision: .ended(result), of: task))
            try deleteTask(key)
            try deliver(.activityEnded(task.outcome(result, identity: row.identity)), to: run, at: report.now)
        case .retry(let failure, let visibleAt):
            var ending = AttemptEnding(report, decision: report.decision, of: task)
            ending.nextAttemptAt = visibleAt
            try insertAttempt(of: key, ending)
            try retry(key, task, failure, visibleAt: visibleAt)
        }
        return .accepted
    }

    private mutating func retry(
        _ key: TaskKey,
        _ task: TaskRecord,
        _ failure: Failure,
        visibleAt: Timestamp
    ) throws {
        let deadline = TaskDeadline.waiting(
            task.scheduled,
            scheduledTime: task.scheduledTime,
            visibleAt: visibleAt
        )
        var update = try prepare(TaskSQL.retry)
        update.bind(visibleAt.milliseconds)
        update.bind(deadline)
        update.bind(failure.encoded)
        update.bind(key)
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

extension AttemptEnding {
    fileprivate init(_ report: AttemptReport, decision: AttemptReport.Decision, of task: TaskRecord) {
        self.init(
            end: AttemptEnd(decision, workerIsGone: task.workerIsGone),
            endedAt: report.now,
            failure: decision.failure
        )
    }
}
