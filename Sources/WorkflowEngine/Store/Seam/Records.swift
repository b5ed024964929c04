import WorkflowCore

/// A run as operators and clients see it.
package struct RunRecord: Hashable, Sendable {
    package var reference: RunReference
    package var workflowType: String
    package var taskQueue: TaskQueue
    package var status: RunStatus
    package var startTime: Timestamp
    package var closeTime: Timestamp?
    package var nextEventID: EventID
    package var historyBytes: Int
    package var owner: WorkerKey
    package var epoch: Int64
    package var wakeAt: Timestamp
    package var cancelRequested: Bool
    package var blocked: BlockedReason?
    package var waits: [RunWait]
    /// Messages that wait for the owner.
    package var inboxCount: Int

    package init(
        reference: RunReference,
        workflowType: String,
        taskQueue: TaskQueue,
        status: RunStatus,
        startTime: Timestamp,
        closeTime: Timestamp?,
        nextEventID: EventID,
        historyBytes: Int,
        owner: WorkerKey,
        epoch: Int64,
        wakeAt: Timestamp,
        cancelRequested: Bool,
        blocked: BlockedReason?,
        waits: [RunWait],
        inboxCount: Int
    ) {
        self.reference = reference
        self.workflowType = workflowType
        self.taskQueue = taskQueue
        self.status = status
        self.startTime = startTime
        self.closeTime = closeTime
        self.nextEventID = nextEventID
        self.historyBytes = historyBytes
        self.owner = owner
        self.epoch = epoch
        self.wakeAt = wakeAt
        self.cancelRequested = cancelRequested
        self.blocked = blocked
        self.waits = waits
        self.inboxCount = inboxCount
    }
}

/// Which runs to list, newest first.
package struct RunFilter: Sendable {
    package var statuses: [RunStatus]
    package var workflowType: String?
    package var workflowIDPrefix: String?
    package var blockedOnly: Bool
    /// Only runs older than this one: the last of the page before.
    package var before: RunKey?
    package var limit: Int
    package init(
        statuses: [RunStatus] = [],
        workflowType: String? = nil,
        workflowIDPrefix: String? = nil,
        blockedOnly: Bool = false,
        before: RunKey? = nil,
        limit: Int = 100
    ) {
        self.statuses = statuses
        self.workflowType = workflowType
        self.workflowIDPrefix = workflowIDPrefix
        self.blockedOnly = blockedOnly
        self.before = before
        self.limit = limit
    }
}

/// The events of one transaction, encoded.
package struct HistoryBatch: Hashable, Sendable {
    package var firstEventID: EventID
    package var events: [UInt8]
    package init(firstEventID: EventID, events: [UInt8]) {
        self.firstEventID = firstEventID
        self.events = events
    }
}

package struct TimerRecord: Hashable, Sendable {
    package var startedEventID: EventID
    package var fireTime: Timestamp
    package init(startedEventID: EventID, fireTime: Timestamp) {
        self.startedEventID = startedEventID
        self.fireTime = fireTime
    }
}

package struct WorkerRegistration: Sendable {
    package var identity: String
    package var processID: Int
    package var buildID: String
    package var workflowTypes: [String]
    package var activityTypes: [String]
    package var queues: [TaskQueue]
    package var now: Timestamp
    package init(
        identity: String,
        processID: Int,
        buildID: String,
        workflowTypes: [String],
        activityTypes: [String],
        queues: [TaskQueue],
        now: Timestamp
    ) {
        self.identity = identity
        self.processID = processID
        self.buildID = buildID
        self.workflowTypes = workflowTypes
        self.activityTypes = activityTypes
        self.queues = queues
        self.now = now
    }
}

package struct WorkerRecord: Sendable {
    package var key: WorkerKey
    package var registration: WorkerRegistration
    /// Whether its process is alive, as its lock shows; always true in a store without processes.
    package var isAlive: Bool
    package init(key: WorkerKey, registration: WorkerRegistration, isAlive: Bool) {
        self.key = key
        self.registration = registration
        self.isAlive = isAlive
    }
}
