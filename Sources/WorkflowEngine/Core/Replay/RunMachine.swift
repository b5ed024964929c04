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

    private var eventOfOperation: [OperationID: EventID] = [:]
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
    package enum Resolution: Hashable, Sendable {
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
        _ attributes: EventAttributes, at time: Timestamp
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
                fireTime: event.time + timer.startToFireTimeout, duration: timer.startToFireTimeout)
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
                scheduled: scheduled, scheduledTime: event.time, startedEventID: 0, cancelRequested: false)
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
                message: "the activity was cancelled", kind: .cancelled(details: cancelled.details))
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
        _ id: EventID, for event: HistoryEvent
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

    fileprivate mutating func bind(_ operation: OperationID, to id: EventID) {
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
                    scheduledEventID: scheduledEventID, activityType: activity.activityType,
                    activityID: activity.activityID, retryState: retryState)),
            cause: failure)
    }
}

// MARK: - Commands

extension RunMachine {
    /// Turns the commands of an activation into new events, in the order in which code issued them. Commands behind one
    /// that closes the run are dropped: no code runs after `run` has ended.
    package mutating func record(
        _ commands: [IssuedCommand], at time: Timestamp, taskCompleted: EventID
    ) throws(HistoryViolation) -> [HistoryEvent] {
        var events: [HistoryEvent] = []
        for issued in commands {
            guard !status.isClosed else { break }
            guard let attributes = attributes(of: issued.command, taskCompleted: taskCompleted) else { continue }
            let (event, _) = try record(attributes, at: time)
            bindOperation(of: issued.command, to: event.id)
            events.append(event)
        }
        return events
    }

    /// Checks the commands of a replayed activation against the events that followed it, and applies those events.
    package mutating func match(
        _ commands: [IssuedCommand], with recorded: [HistoryEvent], isComplete: Bool
    ) throws {
        var matcher = CommandMatcher(recorded: recorded)
        var bindings: [(Command, EventID)] = []
        for issued in commands {
            guard let key = key(of: issued.command, pending: bindings) else { continue }
            guard let event = matcher.take(key) else {
                throw ReplayMismatch(
                    eventID: matcher.firstUnused?.id ?? nextEventID + EventID(recorded.count),
                    recorded: matcher.firstUnused.flatMap(CommandKey.init), attempted: key,
                    location: issued.location)
            }
            bindings.append((issued.command, event.id))
            if issued.command.closesRun { break }
        }
        if isComplete, let missing = matcher.firstUnused {
            throw ReplayMismatch(
                eventID: missing.id, recorded: CommandKey(missing), attempted: nil, location: nil)
        }
        // Bound first: a timer can be started and cancelled in one activation.
        for (command, id) in bindings { bindOperation(of: command, to: id) }
        for event in recorded { _ = try apply(event) }
    }

    private mutating func bindOperation(of command: Command, to id: EventID) {
        switch command {
        case .scheduleActivity(let operation, _), .startTimer(let operation, _): bind(operation, to: id)
        default: break
        }
    }

    /// `nil` for a cancellation of something that has ended meanwhile: there is nothing left to cancel.
    private func attributes(of command: Command, taskCompleted: EventID) -> EventAttributes? {
        switch command {
        case .scheduleActivity(let operation, let activity):
            return .activityTaskScheduled(
                activity.event(id: String(operation.rawValue), taskCompleted: taskCompleted))
        case .requestCancelActivity(let operation):
            return eventOfOperation[operation].map {
                .activityTaskCancelRequested(scheduledEventID: $0, workflowTaskCompletedEventID: taskCompleted)
            }
        case .startTimer(let operation, let duration):
            return .timerStarted(
                TimerStarted(
                    timerID: String(operation.rawValue), startToFireTimeout: duration,
                    workflowTaskCompletedEventID: taskCompleted))
        case .cancelTimer(let operation):
            return eventOfOperation[operation].map {
                .timerCanceled(startedEventID: $0, workflowTaskCompletedEventID: taskCompleted)
            }
        case .recordPatch(let id):
            return .markerRecorded(
                MarkerRecorded(
                    markerName: MarkerRecorded.patchMarkerName, details: id,
                    workflowTaskCompletedEventID: taskCompleted))
        case .completeWorkflow(let result):
            return .workflowExecutionCompleted(
                WorkflowExecutionCompleted(result: result, workflowTaskCompletedEventID: taskCompleted))
        case .failWorkflow(let failure):
            return .workflowExecutionFailed(
                WorkflowExecutionFailed(failure: failure, workflowTaskCompletedEventID: taskCompleted))
        case .cancelWorkflow: return .workflowExecutionCanceled(workflowTaskCompletedEventID: taskCompleted)
        }
    }

    private func key(of command: Command, pending: [(Command, EventID)]) -> CommandKey? {
        func event(of operation: OperationID) -> EventID? {
            for case (.scheduleActivity(operation, _), let id) in pending { return id }
            for case (.startTimer(operation, _), let id) in pending { return id }
            return eventOfOperation[operation]
        }
        switch command {
        case .scheduleActivity(_, let activity): return .scheduleActivity(type: activity.activityType)
        case .requestCancelActivity(let operation):
            return event(of: operation).map { .requestCancelActivity(scheduledEventID: $0) }
        case .startTimer(_, let duration): return .startTimer(milliseconds: duration.wholeMilliseconds)
        case .cancelTimer(let operation): return event(of: operation).map { .cancelTimer(startedEventID: $0) }
        case .recordPatch(let id): return .recordPatch(id: id)
        case .completeWorkflow: return .completeWorkflow
        case .failWorkflow: return .failWorkflow
        case .cancelWorkflow: return .cancelWorkflow
        }
    }
}

extension Command.ScheduleActivity {
    fileprivate func event(id: String, taskCompleted: EventID) -> ActivityTaskScheduled {
        ActivityTaskScheduled(
            activityID: id, activityType: activityType, taskQueue: taskQueue, input: input,
            scheduleToCloseTimeout: timeouts.scheduleToClose, scheduleToStartTimeout: timeouts.scheduleToStart,
            startToCloseTimeout: timeouts.startToClose, heartbeatTimeout: timeouts.heartbeat,
            workflowTaskCompletedEventID: taskCompleted, retryPolicy: retryPolicy)
    }
}
