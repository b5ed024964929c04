import WorkflowCore

/// A task made by an activation. `startedBy` a worker that runs it at once (attempt 1, started at `scheduledTime`), or
/// `nobody` for the queue.
package struct NewTask: Sendable {
    package var scheduledEventID: EventID
    package var scheduled: ActivityTaskScheduled
    package var scheduledTime: Timestamp
    package var startedBy: WorkerKey
    package init(
        scheduledEventID: EventID,
        scheduled: ActivityTaskScheduled,
        scheduledTime: Timestamp,
        startedBy: WorkerKey
    ) {
        self.scheduledEventID = scheduledEventID
        self.scheduled = scheduled
        self.scheduledTime = scheduledTime
        self.startedBy = startedBy
    }
}

/// State of a task.
///
/// Transitions: `waiting → started → waiting (retry) | removed (ended)`; `waiting → removed (timed out, cancelled)`.
package enum TaskState: Int, Sendable {
    case waiting = 0
    case started = 1
}

/// An activity that has no outcome yet, as the store keeps it.
package struct TaskRecord: Hashable, Sendable {
    package var run: RunReference
    package var scheduledEventID: EventID
    package var scheduled: ActivityTaskScheduled
    /// First scheduling: schedule-to-close counts from here.
    package var scheduledTime: Timestamp
    package var state: TaskState
    /// The current attempt (started), or the next one (waiting). From 1.
    package var attempt: Int
    /// When a waiting task becomes visible: the latest (re)scheduling plus its back-off.
    package var visibleAt: Timestamp
    package var startedAt: Timestamp?
    package var worker: WorkerKey
    /// The earliest of the limits that apply in this state (``TaskDeadline``), and which one it is.
    package var deadline: Timestamp
    package var deadlineType: TimeoutType?
    package var lastHeartbeat: Timestamp?
    package var heartbeatDetails: Payload?
    package var lastFailure: Failure?
    package var cancelRequested: Bool
    /// Whether its run carries it; see ``NewTask/isCarried(by:queue:)``.
    package var isCarried = false

    package init(
        run: RunReference,
        scheduledEventID: EventID,
        scheduled: ActivityTaskScheduled,
        scheduledTime: Timestamp,
        state: TaskState,
        attempt: Int,
        visibleAt: Timestamp,
        startedAt: Timestamp?,
        worker: WorkerKey,
        deadline: Timestamp,
        deadlineType: TimeoutType?,
        lastHeartbeat: Timestamp?,
        heartbeatDetails: Payload?,
        lastFailure: Failure?,
        cancelRequested: Bool
    ) {
        self.run = run
        self.scheduledEventID = scheduledEventID
        self.scheduled = scheduled
        self.scheduledTime = scheduledTime
        self.state = state
        self.attempt = attempt
        self.visibleAt = visibleAt
        self.startedAt = startedAt
        self.worker = worker
        self.deadline = deadline
        self.deadlineType = deadlineType
        self.lastHeartbeat = lastHeartbeat
        self.heartbeatDetails = heartbeatDetails
        self.lastFailure = lastFailure
        self.cancelRequested = cancelRequested
    }
}

package struct ClaimTasksRequest: Sendable {
    package var worker: WorkerKey
    package var queue: TaskQueue
    /// Activity types the worker has; others stay in the queue.
    package var types: [String]
    package var limit: Int
    package var now: Timestamp
    /// The queue and the types of the runs the worker takes up.
    package var runQueue: TaskQueue
    package var runTypes: [String]
    package init(
        worker: WorkerKey,
        queue: TaskQueue,
        types: [String],
        limit: Int,
        now: Timestamp,
        runQueue: TaskQueue,
        runTypes: [String]
    ) {
        self.worker = worker
        self.queue = queue
        self.types = types
        self.limit = limit
        self.now = now
        self.runQueue = runQueue
        self.runTypes = runTypes
    }
}

/// Tasks that have just been started for a worker (`state == .started`).
package struct ClaimedTasks: Hashable, Sendable {
    package var tasks: [TaskRecord]
    /// Runs of these tasks that nobody owned: the worker owns them now, so that the outcome of the task and what the code
    /// does with it become one commit. See ``TaskRecord/bringsItsRun``.
    package var runs: [ClaimedRun]
    package init(tasks: [TaskRecord], runs: [ClaimedRun]) {
        self.tasks = tasks
        self.runs = runs
    }
}

/// A task whose `deadline` has passed.
package typealias OverdueTask = TaskRecord

/// An attempt that ended here and is consumed by its run's activation in the same commit. Current means: started by the
/// committing worker, and the same attempt.
package struct EndedAttempt: Hashable, Sendable {
    package var outcome: ActivityOutcome
    package var endedAt: Timestamp
    /// Whether the commit's events tell of the attempt; see ``AttemptRecord/completed(in:)``.
    package var isInHistory = false
    package init(outcome: ActivityOutcome, endedAt: Timestamp) {
        self.outcome = outcome
        self.endedAt = endedAt
    }

    /// Whether its end needs a row: the history says everything of a carried task that has completed.
    func needsRow(isCarried: Bool) -> Bool {
        guard isCarried, isInHistory, case .completed = outcome.result else { return true }
        return false
    }
}

/// The end of an attempt, or of a waiting task that passed a limit.
///
/// Refused as stale, changing nothing:
/// - no such task, or another attempt;
/// - with a `worker`: the task is not started by it;
/// - without one: the task's `deadline` has not passed at `now` (a heartbeat or a claim came first);
/// - a retry of a waiting task.
package struct AttemptReport: Sendable {
    package var run: RunKey
    package var scheduledEventID: EventID
    /// The attempt as the reporter knows it.
    package var attempt: Int
    /// The worker the task must still be started by; `nil` for waiting tasks and for reports about a silent worker.
    package var worker: WorkerKey?
    package var now: Timestamp
    package var decision: Decision

    package enum Decision: Sendable {
        /// Nothing more will be tried: the outcome goes to the run's inbox.
        case ended(ActivityOutcome.Result)
        /// Another attempt from `visibleAt` on. A task that was asked to stop ends instead, with the same failure and
        /// `RetryState.cancelRequested`.
        case retry(Failure, visibleAt: Timestamp)
    }

    package init(
        run: RunKey,
        scheduledEventID: EventID,
        attempt: Int,
        worker: WorkerKey?,
        now: Timestamp,
        decision: Decision
    ) {
        self.run = run
        self.scheduledEventID = scheduledEventID
        self.attempt = attempt
        self.worker = worker
        self.now = now
        self.decision = decision
    }
}

package enum ReportOutcome: Hashable, Sendable {
    case accepted
    case stale
}

/// A sign of life of a running attempt: moves its heartbeat limit. `details` of `nil` keep the last ones.
package struct Heartbeat: Sendable {
    package var run: RunKey
    package var scheduledEventID: EventID
    package var attempt: Int
    package var worker: WorkerKey
    package var details: Payload?
    package var now: Timestamp
    package init(
        run: RunKey,
        scheduledEventID: EventID,
        attempt: Int,
        worker: WorkerKey,
        details: Payload?,
        now: Timestamp
    ) {
        self.run = run
        self.scheduledEventID = scheduledEventID
        self.attempt = attempt
        self.worker = worker
        self.details = details
        self.now = now
    }
}

package enum HeartbeatOutcome: Hashable, Sendable {
    case recorded(cancelRequested: Bool)
    case stale
}

package struct TaskCounts: Hashable, Sendable {
    package var waiting: Int
    package var started: Int
    package init(waiting: Int, started: Int) {
        self.waiting = waiting
        self.started = started
    }
}
