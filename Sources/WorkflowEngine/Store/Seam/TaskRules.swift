import WorkflowCore

extension NewTask {
    /// Bytes of input up to which a task can be carried: it must not make its run's row large.
    package static let carriedInputLimit = 512

    /// Whether the run carries the task: its own worker runs it at once and watches its limits, and nobody else needs to
    /// know of it until more happens to it than its end. A store may keep it without rows of its own.
    ///
    /// The run stops carrying its tasks when one of them is reported, beats, or is asked to stop, and when the run is
    /// given up, closed, or its owner removed.
    package func isCarried(by activation: ActivationCommit, queue: TaskQueue) -> Bool {
        startedBy != .nobody && startedBy == activation.worker && scheduled.taskQueue == queue
            && activation.closes == nil && !activation.releases
            && (scheduled.input?.data.count ?? 0) <= Self.carriedInputLimit
    }
}

/// When a word about a task counts, and what its end tells the run.
extension TaskRecord {
    /// Whether the report is about this task as it is now; see ``AttemptReport``.
    package func accepts(_ report: AttemptReport) -> Bool {
        guard attempt == report.attempt else { return false }
        if case .retry = report.decision, state == .waiting { return false }
        guard let worker = report.worker else { return deadline <= report.now }
        return state == .started && self.worker == worker
    }

    /// Whether the heartbeat is of the attempt that runs now.
    package func accepts(_ heartbeat: Heartbeat) -> Bool {
        state == .started && attempt == heartbeat.attempt && worker == heartbeat.worker
    }

    /// What the run learns when the task ends with `result` in its present state.
    package func outcome(_ result: ActivityOutcome.Result, identity: String) -> ActivityOutcome {
        guard state == .started, let startedAt else {
            return ActivityOutcome(
                scheduledEventID: scheduledEventID,
                attempt: 0,
                identity: "",
                startedTime: .distantPast,
                lastFailure: lastFailure,
                result: result
            )
        }
        return ActivityOutcome(
            scheduledEventID: scheduledEventID,
            attempt: attempt,
            identity: identity,
            startedTime: startedAt,
            lastFailure: lastFailure,
            result: result
        )
    }
}

extension TaskRecord {
    /// A task an activation has made.
    init(_ task: NewTask, of run: RunReference) {
        let isStarted = task.startedBy != .nobody
        self.init(
            run: run,
            scheduledEventID: task.scheduledEventID,
            scheduled: task.scheduled,
            scheduledTime: task.scheduledTime,
            state: isStarted ? .started : .waiting,
            attempt: 1,
            visibleAt: task.scheduledTime,
            startedAt: isStarted ? task.scheduledTime : nil,
            worker: task.startedBy,
            deadline: .never,
            deadlineType: nil,
            lastHeartbeat: nil,
            heartbeatDetails: nil,
            lastFailure: nil,
            cancelRequested: false
        )
        setDeadline()
    }

    /// Sets the limit that applies in the present state.
    mutating func setDeadline() {
        let limit: TaskDeadline =
            if let startedAt {
                .started(
                    scheduled,
                    scheduledTime: scheduledTime,
                    startedAt: startedAt,
                    lastHeartbeat: lastHeartbeat
                )
            } else {
                .waiting(scheduled, scheduledTime: scheduledTime, visibleAt: visibleAt)
            }
        deadline = limit.time
        deadlineType = limit.type
    }
}
