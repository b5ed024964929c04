import WorkflowCore

/// A task and the identity of the worker that has it.
struct MemoryTask {
    var record: TaskRecord
    var identity: String
}

/// Everything the store knows about one run.
struct MemoryRun {
    /// As operators see it; `inboxCount` is filled in by ``shown``.
    var record: RunRecord
    var startRequestID: String
    var history: [HistoryBatch]
    var inbox: [InboxMessage] = []
    var lastMessageID: Int64 = 0
    var signalRequests: Set<String> = []
    var tasks: [EventID: MemoryTask] = [:]
    var attempts: [AttemptRecord] = []
    var timers: [EventID: Timestamp] = [:]
    var published: [String: Payload] = [:]

    var reference: RunReference { record.reference }
    var key: RunKey { record.reference.key }
    var isOpen: Bool { record.status == .running }
    var isOwned: Bool { record.owner != .nobody }
    var sortedTasks: [MemoryTask] { tasks.values.sorted { $0.record.scheduledEventID < $1.record.scheduledEventID } }

    var shown: RunRecord {
        var record = record
        record.inboxCount = inbox.count
        return record
    }

    /// A new run whose history is the start.
    init(_ request: StartRequest, key: RunKey) {
        let started = request.started
        let event = HistoryEvent(id: 1, time: request.now, attributes: .workflowExecutionStarted(started))
        let bytes = HistoryCoding.encode([event])
        record = RunRecord(
            reference: RunReference(
                key: key,
                workflowID: started.workflowID,
                runID: started.originalExecutionRunID
            ),
            workflowType: started.workflowType,
            taskQueue: started.taskQueue,
            status: .running,
            startTime: request.now,
            closeTime: nil,
            nextEventID: 2,
            historyBytes: bytes.count,
            owner: request.owner,
            epoch: request.owner == .nobody ? 0 : 1,
            wakeAt: request.now,
            cancelRequested: false,
            blocked: nil,
            waits: [],
            inboxCount: 0
        )
        startRequestID = request.requestID
        history = [HistoryBatch(firstEventID: 1, events: bytes)]
    }

    /// What a claim hands out of a run that nobody has advanced yet.
    var beginning: ClaimedRun.Beginning? {
        guard record.nextEventID == 2, let first = history.first else { return nil }
        return ClaimedRun.Beginning(events: first.events, inbox: inbox)
    }

    /// Puts a message into the inbox; a run nobody owns becomes due.
    mutating func receive(_ content: InboxMessage.Content, at now: Timestamp) -> [StoreChange] {
        lastMessageID += 1
        inbox.append(InboxMessage(id: lastMessageID, time: now, content: content))
        guard !isOwned else { return [.inbox(key)] }
        record.wakeAt = min(record.wakeAt, now)
        return [.inbox(key), .runnable(record.taskQueue)]
    }

    mutating func append(_ events: [UInt8], next: EventID) {
        if !events.isEmpty { history.append(HistoryBatch(firstEventID: record.nextEventID, events: events)) }
        record.historyBytes += events.count
        record.nextEventID = next
    }

    mutating func loseOwner() {
        putDownTasks()
        record.owner = .nobody
        record.wakeAt = min(record.wakeAt, inbox.map(\.time).min() ?? .never)
    }

    /// Puts all tasks down and returns one of them.
    mutating func putDown(_ event: EventID) -> MemoryTask? {
        putDownTasks()
        return tasks[event]
    }

    mutating func putDownTasks() {
        for event in tasks.keys { tasks[event]?.record.isCarried = false }
    }

    /// Leaves a row about a task's attempt, as it stands.
    mutating func keepAttempt(
        of task: MemoryTask,
        _ end: AttemptEnd,
        at endedAt: Timestamp,
        identity: String? = nil,
        failure: Failure? = nil,
        nextAttemptAt: Timestamp? = nil
    ) {
        let record = task.record
        attempts.append(
            AttemptRecord(
                scheduledEventID: record.scheduledEventID,
                activityType: record.scheduled.activityType,
                attempt: record.state == .started ? record.attempt : 0,
                identity: identity ?? task.identity,
                startedAt: record.startedAt,
                endedAt: endedAt,
                outcome: end.rawValue,
                failure: failure,
                heartbeatDetails: record.heartbeatDetails,
                nextAttemptAt: nextAttemptAt
            )
        )
    }

    mutating func close(as status: RunStatus, at now: Timestamp) -> [StoreChange] {
        var changes: [StoreChange] = []
        for task in sortedTasks {
            if task.record.state == .started { changes.append(.attemptRevoked(key, task.record.scheduledEventID)) }
            keepAttempt(of: task, .abandoned, at: now)
        }
        tasks = [:]
        timers = [:]
        inbox = []
        record.status = status
        record.closeTime = now
        record.owner = .nobody
        record.wakeAt = .never
        record.waits = []
        record.blocked = nil
        return changes
    }

    mutating func giveUp(wakeAt: Timestamp, blocked: BlockedReason?) -> [StoreChange] {
        putDownTasks()
        record.owner = .nobody
        record.blocked = blocked
        let oldest = blocked == nil ? inbox.map(\.time).min() : nil
        record.wakeAt = min(wakeAt, oldest ?? .never)
        return record.wakeAt == .never ? [] : [.runnable(record.taskQueue)]
    }
}
