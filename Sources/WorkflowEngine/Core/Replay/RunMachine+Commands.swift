extension RunMachine {
    /// Turns the commands of an activation into new events, in the order in which code issued them. Commands behind one
    /// that closes the run are dropped: no code runs after `run` has ended.
    package mutating func record(
        _ commands: [IssuedCommand],
        at time: Timestamp,
        taskCompleted: EventID
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
    ///
    /// - Parameter isTruncated: the history was cut off somewhere in `recorded`, so commands without an event are fine
    ///   once every event has found its command.
    package mutating func match(
        _ commands: [IssuedCommand],
        with recorded: [HistoryEvent],
        isTruncated: Bool
    ) throws {
        var matcher = CommandMatcher(recorded: recorded)
        var bindings = CommandBindings()
        for issued in commands {
            guard let key = key(of: issued.command, bindings) else { continue }
            guard let event = matcher.take(key) else {
                if isTruncated { continue }
                throw ReplayMismatch(
                    eventID: matcher.firstUnused?.id ?? nextEventID + EventID(recorded.count),
                    recorded: matcher.firstUnused.flatMap(CommandKey.init),
                    attempted: key,
                    location: issued.location
                )
            }
            bindings.add(issued.command, event.id)
            if issued.command.closesRun { break }
        }
        if let missing = matcher.firstUnused {
            throw ReplayMismatch(
                eventID: missing.id,
                recorded: CommandKey(missing),
                attempted: nil,
                location: nil
            )
        }
        // Bound first: a timer can be started and cancelled in one activation.
        for (operation, id) in bindings.begun { bind(operation, to: id) }
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
                activity.event(id: String(operation.rawValue), taskCompleted: taskCompleted)
            )
        case .requestCancelActivity(let operation):
            return eventOfOperation[operation].map {
                .activityTaskCancelRequested(scheduledEventID: $0, workflowTaskCompletedEventID: taskCompleted)
            }
        case .startTimer(let operation, let duration):
            return .timerStarted(
                TimerStarted(
                    timerID: String(operation.rawValue),
                    startToFireTimeout: duration,
                    workflowTaskCompletedEventID: taskCompleted
                )
            )
        case .cancelTimer(let operation):
            return eventOfOperation[operation].map {
                .timerCanceled(startedEventID: $0, workflowTaskCompletedEventID: taskCompleted)
            }
        case .recordPatch(let id):
            return .markerRecorded(
                MarkerRecorded(
                    markerName: MarkerRecorded.patchMarkerName,
                    details: id,
                    workflowTaskCompletedEventID: taskCompleted
                )
            )
        case .completeWorkflow(let result):
            return .workflowExecutionCompleted(
                WorkflowExecutionCompleted(result: result, workflowTaskCompletedEventID: taskCompleted)
            )
        case .failWorkflow(let failure):
            return .workflowExecutionFailed(
                WorkflowExecutionFailed(failure: failure, workflowTaskCompletedEventID: taskCompleted)
            )
        case .cancelWorkflow: return .workflowExecutionCanceled(workflowTaskCompletedEventID: taskCompleted)
        }
    }

    private func key(of command: Command, _ bindings: CommandBindings) -> CommandKey? {
        func event(of operation: OperationID) -> EventID? { bindings.begun[operation] ?? eventOfOperation[operation] }
        switch command {
        case .scheduleActivity(_, let activity): return .scheduleActivity(type: activity.activityType)
        case .requestCancelActivity(let operation):
            return event(of: operation).map { .requestCancelActivity(scheduledEventID: $0) }
        case .startTimer(_, let duration): return .startTimer(milliseconds: duration.wholeMilliseconds)
        case .cancelTimer(let operation):
            // The first cancellation ended the timer; recording drops the second one too.
            if bindings.cancelledTimers.contains(operation) { return nil }
            return event(of: operation).map { .cancelTimer(startedEventID: $0) }
        case .recordPatch(let id): return .recordPatch(id: id)
        case .completeWorkflow: return .completeWorkflow
        case .failWorkflow: return .failWorkflow
        case .cancelWorkflow: return .cancelWorkflow
        }
    }
}

/// What the commands of one replayed activation were matched with so far.
private struct CommandBindings {
    /// The events that began operations.
    var begun: [OperationID: EventID] = [:]
    var cancelledTimers: Set<OperationID> = []

    mutating func add(_ command: Command, _ id: EventID) {
        switch command {
        case .scheduleActivity(let operation, _), .startTimer(let operation, _): begun[operation] = id
        case .cancelTimer(let operation): cancelledTimers.insert(operation)
        default: break
        }
    }
}

extension Command.ScheduleActivity {
    fileprivate func event(id: String, taskCompleted: EventID) -> ActivityTaskScheduled {
        ActivityTaskScheduled(
            activityID: id,
            activityType: activityType,
            taskQueue: taskQueue,
            input: input,
            scheduleToCloseTimeout: timeouts.scheduleToClose,
            scheduleToStartTimeout: timeouts.scheduleToStart,
            startToCloseTimeout: timeouts.startToClose,
            heartbeatTimeout: timeouts.heartbeat,
            workflowTaskCompletedEventID: taskCompleted,
            retryPolicy: retryPolicy
        )
    }
}
