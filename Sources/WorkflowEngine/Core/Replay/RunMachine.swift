/// The state of one run as its history defines it, and the only place where events of a run are made or checked.
///
/// A value with verbs: no clock, no storage, no task. The runtime feeds it inbound events and the commands of workflow
/// code; it answers with what code has to be told, or with the events that have to be recorded.
///
/// | state of an activity | event | next |
/// |---|---|---|
/// | – | `ActivityTaskScheduled` | scheduled |
/// | scheduled | `ActivityTaskStarted` | scheduled (the attempt that decides) |
/// | scheduled | `ActivityTaskCancelRequested` | cancel requested |
/// | scheduled, cancel requested | `ActivityTaskCompleted`, `…Failed`, `…TimedOut`, `…Canceled` | – |
///
/// | state of a timer | event | next |
/// |---|---|---|
/// | – | `TimerStarted` | armed |
/// | armed | `TimerFired`, `TimerCanceled` | – |
package struct RunMachine: Sendable {
    package private(set) var nextEventID: EventID = 1
    package private(set) var status: RunStatus = .running
    package private(set) var started: WorkflowExecutionStarted?
    package private(set) var startTime = Timestamp.distantPast
    package private(set) var pendingActivities: [EventID: PendingActivity] = [:]
    package private(set) var armedTimers: [EventID: ArmedTimer] = [:]
    package private(set) var cancelRequested = false
    package private(set) var patches: Set<String> = []

    private(set) var eventOfOperation: [OperationID: EventID] = [:]
    private var operationOfEvent: [EventID: OperationID] = [:]

    /// An activity that has been scheduled and has no outcome yet.
    package struct PendingActivity: Hashable, Sendable {
        package var scheduled: ActivityTaskScheduled
        package var scheduledTime: Timestamp
        package var startedEventID: EventID
        package var cancelRequested: Bool
    }

    /// A timer that has neither fired nor been cancelled.
    package struct ArmedTimer: Hashable, Sendable {
        package var fireTime: Timestamp
        package var duration: Duration
    }

    package init() {}

    /// What workflow code has to be told about an event.
    package indirect enum Resolution: Hashable, Sendable {
        case start(WorkflowExecutionStarted)
        case activityCompleted(OperationID?, Payload?)
        case activityFailed(OperationID?, Failure)
        case timerFired(OperationID?)
        case signal(WorkflowExecutionSignaled)
        case cancelRequested
        case nothing
    }

    /// Gives `attributes` the next id and applies it.
    package mutating func record(
        _ attributes: EventAttributes,
        at time: Timestamp
    ) throws(HistoryViolation) -> (event: HistoryEvent, resolution: Resolution) {
        let event = HistoryEvent(id: nextEventID, time: time, attributes: attributes)
        return (event, try apply(event))
    }

    /// Applies an event of the history, or one just made.
    package mutating func apply(_ event: HistoryEvent) throws(HistoryViolation) -> Resolution {
        guard event.id == nextEventID else {
            throw HistoryViolation(event: event, reason: "expected event id \(nextEventID)")
        }
        guard !status.isClosed else {
            throw HistoryViolation(event: event, reason: "the run is already \(status)")
        }
        guard event.id > 1 || event.type == .workflowExecutionStarted else {
            throw HistoryViolation(event: event, reason: "a history begins with WorkflowExecutionStarted")
        }
        let resolution = try transition(event)
        nextEventID += 1
        if let closed = RunStatus(closedBy: event.attributes) { status = closed }
        return resolution
    }

    private mutating func transition(_ event: HistoryEvent) throws(HistoryViolation) -> Resolution {
        switch event.attributes {
        case .workflowExecutionStarted(let attributes):
            guard event.id == 1 else { throw HistoryViolation(event: event, reason: "a run starts once") }
            started = attributes
            startTime = event.time
            return .start(attributes)
        case .workflowExecutionSignaled(let signal): return .signal(signal)
        case .workflowExecutionCancelRequested:
            cancelRequested = true
            return .cancelRequested
        case .markerRecorded(let marker):
            patches.insert(marker.details)
            return .nothing
        case .timerStarted, .timerFired, .timerCanceled: return try timerTransition(event)
        case .activityTaskScheduled, .activityTaskStarted, .activityTaskCompleted, .activityTaskFailed,
            .activityTaskTimedOut, .activityTaskCancelRequested, .activityTaskCanceled:
            return try activityTransition(event)
        default: return .nothing
        }
    }

    private mutating func timerTransition(_ event: HistoryEvent) throws(HistoryViolation) -> Resolution {
        switch event.attributes {
        case .timerStarted(let timer):
            armedTimers[event.id] = ArmedTimer(
                fireTime: event.time + timer.startToFireTimeout,
                duration: timer.startToFireTimeout
            )
            return .nothing
        case .timerFired(let id):
            guard armedTimers.removeValue(forKey: id) != nil else {
                throw HistoryViolation(event: event, reason: "timer \(id) is not armed")
            }
            return .timerFired(forget(id))
        case .timerCanceled(let id, _):
            guard armedTimers.removeValue(forKey: id) != nil else {
                throw HistoryViolation(event: event, reason: "timer \(id) is not armed")
            }
            _ = forget(id)
            return .nothing
        default: return .nothing
        }
    }

    private mutating func activityTransition(_ event: HistoryEvent) throws(HistoryViolation) -> Resolution {
        switch event.attributes {
        case .activityTaskScheduled(let scheduled):
            pendingActivities[event.id] = PendingActivity(
                scheduled: scheduled,
                scheduledTime: event.time,
                startedEventID: 0,
                cancelRequested: false
            )
            return .nothing
        case .activityTaskStarted(let started):
            try require(started.scheduledEventID, for: event)
            pendingActivities[started.scheduledEventID]?.startedEventID = event.id
            return .nothing
        case .activityTaskCancelRequested(let id, _):
            try require(id, for: event)
            pendingActivities[id]?.cancelRequested = true
            return .nothing
        case .activityTaskCompleted(let completed):
            try close(completed.scheduledEventID, for: event)
            return .activityCompleted(forget(completed.scheduledEventID), completed.result)
        case .activityTaskFailed(let failed), .activityTaskTimedOut(let failed):
            let activity = try close(failed.scheduledEventID, for: event)
            return .activityFailed(forget(failed.scheduledEventID), failed.asSeenByCaller(activity.scheduled))
        case .activityTaskCanceled(let cancelled):
            try close(cancelled.scheduledEventID, for: event)
            let failure = Failure(
                message: "the activity was cancelled",
                kind: .cancelled(details: cancelled.details)
            )
            return .activityFailed(forget(cancelled.scheduledEventID), failure)
        default: return .nothing
        }
    }

    private func require(_ id: EventID, for event: HistoryEvent) throws(HistoryViolation) {
        guard pendingActivities[id] != nil else {
            throw HistoryViolation(event: event, reason: "activity \(id) is not pending")
        }
    }

    @discardableResult
    private mutating func close(
        _ id: EventID,
        for event: HistoryEvent
    ) throws(HistoryViolation) -> PendingActivity {
        guard let activity = pendingActivities.removeValue(forKey: id) else {
            throw HistoryViolation(event: event, reason: "activity \(id) is not pending")
        }
        return activity
    }

    private mutating func forget(_ id: EventID) -> OperationID? {
        guard let operation = operationOfEvent.removeValue(forKey: id) else { return nil }
        eventOfOperation[operation] = nil
        return operation
    }

    /// The event that started an operation of workflow code, while it is pending.
    package func event(of operation: OperationID) -> EventID? { eventOfOperation[operation] }

    mutating func bind(_ operation: OperationID, to id: EventID) {
        eventOfOperation[operation] = id
        operationOfEvent[id] = operation
    }

    /// Lets `patched(_:)` know, before any code runs, which patches this history has.
    package mutating func announcePatches(in history: [HistoryEvent]) {
        for case .markerRecorded(let marker) in history.map(\.attributes) { patches.insert(marker.details) }
    }
}

/// A history that no sequence of legal transitions can produce: the rows are damaged or come from a newer version.
package struct HistoryViolation: Error, Hashable, Sendable, CustomStringConvertible {
    package var event: HistoryEvent
    package var reason: String
    package var description: String {
        "the history is not valid at event \(event.id) (\(event.type.name)): \(reason)"
    }
}

extension ActivityTaskFailed {
    fileprivate func asSeenByCaller(_ activity: ActivityTaskScheduled) -> Failure {
        Failure(
            message: "activity \(activity.activityType) failed",
            kind: .activity(
                Failure.ActivityContext(
                    scheduledEventID: scheduledEventID,
                    activityType: activity.activityType,
                    activityID: activity.activityID,
                    retryState: retryState
                )
            ),
            cause: failure
        )
    }
}
