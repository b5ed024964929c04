import WorkflowCore

extension TaskRecord {
    /// What follows when the current attempt ended with `failure`.
    package func decision(after failure: Failure, at now: Timestamp) -> RetryDecision {
        let remaining = scheduled.scheduleToCloseTimeout.map { scheduledTime + $0 - now }
        let draw = SeededGenerator.retryJitter(
            runSeed: run.runID.seed,
            scheduledEventID: scheduledEventID,
            attempt: attempt
        )
        return scheduled.retryPolicy.decision(after: failure, attempt: attempt, remaining: remaining, draw: draw)
    }

    package static func timeoutFailure(_ type: TimeoutType, task: TaskRecord, details: Payload?) -> Failure {
        let limit: Duration? =
            switch type {
            case .startToClose: task.scheduled.startToCloseTimeout
            case .scheduleToStart: task.scheduled.scheduleToStartTimeout
            case .scheduleToClose: task.scheduled.scheduleToCloseTimeout
            case .heartbeat: task.scheduled.heartbeatTimeout
            }
        return Failure(
            message: "activity \(task.scheduled.activityType) passed its \(type) limit of \(limit ?? .zero) "
                + "in attempt \(task.attempt)",
            source: "engine",
            kind: .timeout(type, lastHeartbeatDetails: details)
        )
    }

    /// What ends a task that passed `deadline`.
    package func overdueDecision(at now: Timestamp) -> AttemptReport.Decision {
        let type = deadlineType ?? .startToClose
        return reportDecision(
            after: Self.timeoutFailure(type, task: self, details: heartbeatDetails),
            at: now,
            isTimeout: true
        )
    }

    /// A worker's death is no fault of the activity: the first time it is tried again at once, then with back-off.
    package func workerLostDecision(identity: String, at now: Timestamp) -> AttemptReport.Decision {
        let failure = Failure(
            message: "the worker \(identity) ended while it ran attempt \(attempt)",
            source: "engine",
            kind: .server(nonRetryable: false)
        )
        var decision = reportDecision(after: failure, at: now, isTimeout: false)
        if case .retry(let failure, _) = decision, lastFailure?.isWorkerLost != true {
            decision = .retry(failure, visibleAt: now)
        }
        return decision
    }

    /// Whether who claims the task claims its run too, as it will go on when this attempt ends. After a failure of its own
    /// a task may be tried for days: its run would come into memory for each attempt.
    package var bringsItsRun: Bool { lastFailure?.isWorkerLost ?? true }

    private func reportDecision(
        after failure: Failure,
        at now: Timestamp,
        isTimeout: Bool
    ) -> AttemptReport.Decision {
        switch decision(after: failure, at: now) {
        case .retry(let wait): .retry(failure, visibleAt: now + wait)
        case .giveUp(let state): .ended(isTimeout ? .timedOut(failure, state) : .failed(failure, state))
        }
    }
}

extension Failure {
    fileprivate var isWorkerLost: Bool {
        if case .server = kind { true } else { false }
    }
}
