import WorkflowCore

package struct ClaimRunsRequest: Sendable {
    package var worker: WorkerKey
    package var queues: [TaskQueue]
    package var types: [String]
    package var limit: Int
    package var now: Timestamp
    package init(worker: WorkerKey, queues: [TaskQueue], types: [String], limit: Int, now: Timestamp) {
        self.worker = worker
        self.queues = queues
        self.types = types
        self.limit = limit
        self.now = now
    }
}

package struct ClaimedRun: Hashable, Sendable {
    package var reference: RunReference
    package var workflowType: String
    package var taskQueue: TaskQueue
    package var epoch: Int64
    /// Of a run that nobody has advanced yet: what its code needs, so that it can run without another look at the store.
    package var beginning: Beginning?

    /// A run as it was started.
    package struct Beginning: Hashable, Sendable {
        /// `HistoryCoding.encode` of its only event.
        package var events: [UInt8]
        package var inbox: [InboxMessage]
    }

    package init(
        reference: RunReference,
        workflowType: String,
        taskQueue: TaskQueue,
        epoch: Int64,
        beginning: Beginning? = nil
    ) {
        self.reference = reference
        self.workflowType = workflowType
        self.taskQueue = taskQueue
        self.epoch = epoch
        self.beginning = beginning
    }
}

/// A message that waits for a run's owner: an inbound event without an id. Message ids count from 1 within their run
/// and are never used twice.
package struct InboxMessage: Hashable, Sendable {
    package var id: Int64
    package var time: Timestamp
    package var content: Content
    package init(id: Int64, time: Timestamp, content: Content) {
        self.id = id
        self.time = time
        self.content = content
    }

    package enum Content: Hashable, Sendable {
        case signal(WorkflowExecutionSignaled)
        case cancelRequested(cause: String, identity: String)
        /// An activity ended somewhere else, or when its run was not loaded.
        case activityEnded(ActivityOutcome)
    }
}

/// How an activity ended for good, before it has become events.
package struct ActivityOutcome: Hashable, Sendable {
    package var scheduledEventID: EventID
    /// The deciding attempt, 0 when none began.
    package var attempt: Int
    /// The worker of the deciding attempt.
    package var identity: String
    /// When the deciding attempt began; `distantPast` when none began.
    package var startedTime: Timestamp
    /// Why the attempt before failed.
    package var lastFailure: Failure?
    package var result: Result

    package indirect enum Result: Hashable, Sendable {
        case completed(Payload?)
        case failed(Failure, RetryState)
        case timedOut(Failure, RetryState)
        case cancelled(details: Payload?)
    }

    package init(
        scheduledEventID: EventID,
        attempt: Int,
        identity: String,
        startedTime: Timestamp,
        lastFailure: Failure? = nil,
        result: Result
    ) {
        self.scheduledEventID = scheduledEventID
        self.attempt = attempt
        self.identity = identity
        self.startedTime = startedTime
        self.lastFailure = lastFailure
        self.result = result
    }
}

/// One activation of one run: everything becomes durable together, or nothing does.
package struct ActivationCommit: Sendable {
    package var run: RunKey
    package var epoch: Int64
    package var worker: WorkerKey
    package var now: Timestamp
    /// The new events; `firstEventID` must be the run's next.
    package var firstEventID: EventID
    package var nextEventID: EventID
    /// `HistoryCoding.encode` of the new events; empty when there are none.
    package var events: [UInt8]
    package var consumedInbox: [Int64] = []
    /// Attempts that ended in this process and are consumed by this activation. Each must still be current, otherwise
    /// the whole commit is refused as `staleAttempt`.
    package var endedAttempts: [EndedAttempt] = []
    package var newTasks: [NewTask] = []
    /// Activities (by scheduling event) whose cancellation is requested: a waiting task is removed and its cancellation
    /// put into the inbox; a started one is marked, and its worker hears of it. Unknown ones are ignored.
    package var cancelledTasks: [EventID] = []
    package var newTimers: [TimerRecord] = []
    /// Timers (by starting event) that fired or were cancelled.
    package var removedTimers: [EventID] = []
    package var published: [(name: String, value: Payload)] = []
    /// What the run waits for, for operators; shown by `why`.
    package var waits: [RunWait] = []
    /// The run's earliest timer or time limit: when it needs attention if nothing arrives before. Only matters once
    /// nobody owns the run; given up with messages in its inbox, a run is due since the oldest of them.
    package var wakeAt: Timestamp = .never
    /// The status the run closes with. Refused as `unreadInbox` while its inbox has messages not consumed here. Removes
    /// its tasks (started ones are revoked), timers and inbox.
    package var closes: RunStatus?
    /// Gives the run up in the same transaction. Without meaning when the run closes.
    package var releases = false

    package init(
        run: RunKey,
        epoch: Int64,
        worker: WorkerKey,
        now: Timestamp,
        firstEventID: EventID,
        nextEventID: EventID,
        events: [UInt8]
    ) {
        self.run = run
        self.epoch = epoch
        self.worker = worker
        self.now = now
        self.firstEventID = firstEventID
        self.nextEventID = nextEventID
        self.events = events
    }
}

package enum CommitOutcome: Hashable, Sendable {
    case committed
    /// Another owner, or the run has closed: drop it from memory.
    case ownershipLost
    /// `firstEventID` is not the run's next event: the memory is stale, load it again.
    case historyMoved
    /// An ended attempt was no longer current (it timed out meanwhile): load the run again.
    case staleAttempt
    /// Messages arrived before a close: consume them first.
    case unreadInbox
    /// Of a commit with a start: the run exists, and this was its first activation.
    case started(RunReference)
    /// Of a commit with a start: there is no new run of this worker's, and nothing of the activation was kept. With
    /// `started` in it the run waits for a worker.
    case notStarted(StartOutcome)
}

/// Giving a run up. With messages in its inbox it is due since the oldest of them, unless it is blocked: then `wakeAt`
/// stands, so that it is not tried over and over.
package struct ReleaseRequest: Sendable {
    package var run: RunKey
    package var epoch: Int64
    package var wakeAt: Timestamp
    /// Why nobody can advance the run at the moment; `nil` clears it.
    package var blocked: BlockedReason?
    package init(run: RunKey, epoch: Int64, wakeAt: Timestamp, blocked: BlockedReason? = nil) {
        self.run = run
        self.epoch = epoch
        self.wakeAt = wakeAt
        self.blocked = blocked
    }
}

/// Why a run is blocked: stays open, appends nothing, is tried again later and by every new worker.
public struct BlockedReason: Hashable, Sendable, Codable {
    /// Stable kebab-case code: `not-deterministic`, `off-executor-wait`, `payload-not-decodable`,
    /// `workflow-not-yielding`,
    /// `workflow-not-registered`, `payload-not-encodable`, `history-not-valid`.
    public var code: String
    /// What happened, recorded against attempted, and what to do.
    public var message: String
    /// The event concerned, 0 if none.
    public var eventID: EventID
    /// Source position in the author's code, if known.
    public var location: String?
    /// When it was last tried.
    public var time: Timestamp
    /// When it was blocked first, without having gone on since.
    public var since: Timestamp
    /// How often it was tried.
    public var count: Int

    /// Describes why a run cannot go on.
    public init(
        code: String,
        message: String,
        eventID: EventID = 0,
        location: String? = nil,
        time: Timestamp,
        since: Timestamp? = nil,
        count: Int = 1
    ) {
        self.code = code
        self.message = message
        self.eventID = eventID
        self.location = location
        self.time = time
        self.since = since ?? time
        self.count = count
    }
}

/// One thing a run waits for, as saved at its last activation.
public struct RunWait: Hashable, Sendable, Codable {
    /// `activity`, `timer`, `signal` or `condition`.
    public var kind: String
    /// The activity's type, the signal's name, the timer's duration.
    public var name: String
    /// The event that began the wait, 0 if none.
    public var eventID: EventID
    /// Where in the author's code.
    public var location: String
    /// When the code began to wait; `nil` in rows that do not say so.
    public var since: Timestamp?

    /// Describes a wait.
    public init(kind: String, name: String, eventID: EventID = 0, location: String, since: Timestamp? = nil) {
        self.kind = kind
        self.name = name
        self.eventID = eventID
        self.location = location
        self.since = since
    }
}
