import WorkflowCore
import WorkflowStore

/// Something an activation tells a run about.
indirect enum ActivationInput: Sendable {
    /// A message from the inbox, consumed by the activation.
    case message(InboxMessage)
    /// An attempt that ended in this process.
    case attemptEnded(EndedAttempt)
    case timerFired(startedEventID: EventID)
    case runTimedOut
}

/// What an activation did, ready to be committed.
struct ActivationResult {
    var events: [HistoryEvent]
    var firstEventID: EventID
    var consumedInbox: [Int64] = []
    var endedAttempts: [EndedAttempt] = []
}

/// Replays a history into fresh code, for the replayer of `WorkflowTesting`.
package enum HistoryReplay {
    /// - Throws: what would block the run.
    package static func run(
        _ history: [HistoryEvent],
        started: WorkflowExecutionStarted,
        code: WorkflowCode,
        codec: any PayloadCodec,
        isTruncated: Bool
    ) throws {
        let reference = RunReference(
            key: RunKey(0),
            workflowID: started.workflowID,
            runID: started.originalExecutionRunID
        )
        let execution = RunExecution(reference: reference, code: code, codec: codec)
        defer { execution.evict() }
        _ = try execution.replay(history, isTruncated: isTruncated)
    }
}

/// Replay and activation: the engine's one loop, for one run.
extension RunExecution {
    /// Brings the code to where the history ends.
    ///
    /// - Returns: resolutions of trailing events that no activation has handled yet (the start of a new run).
    func replay(_ history: [HistoryEvent], isTruncated: Bool = false) throws -> [RunMachine.Resolution] {
        machine.announcePatches(in: history)
        isReplaying = true
        defer { isReplaying = false }
        var segments = ReplaySegments(history)
        while let segment = segments.next() {
            try checkNotDiverged()
            let resolutions = try apply(segment.inbound)
            guard let taskTime = segment.taskTime else { return resolutions }
            now = taskTime
            for resolution in resolutions { try feed(resolution, context: makeContext()) }
            let commands = try takeCommands()
            changedPublished = []
            try machine.match(commands, with: segment.outbound, isTruncated: isTruncated && segments.isAtEnd)
        }
        return []
    }

    private func checkNotDiverged() throws {
        if let violation = executor.violation { throw violation }
    }

    private func apply(_ events: [HistoryEvent]) throws -> [RunMachine.Resolution] {
        try events.map { event in
            let resolution = try machine.apply(event)
            if case .nothing = resolution { return .nothing }
            return resolution
        }
    }

    /// Runs one activation: records the inputs, tells code about each, records what code asks for.
    ///
    /// - Parameter unhandled: what ``replay(_:isTruncated:)`` returned, on the first activation after loading.
    /// - Throws: `Violation` or `ReplayMismatch`; nothing of the activation may be committed then.
    func activate(
        _ inputs: [ActivationInput],
        unhandled: [RunMachine.Resolution],
        at time: Timestamp
    ) throws -> ActivationResult {
        now = max(now, time)
        var result = ActivationResult(events: [], firstEventID: machine.nextEventID)
        var resolutions = unhandled
        for input in inputs { try record(input, into: &result, resolutions: &resolutions) }
        if machine.status.isClosed { return result }
        let scheduled = try append(.workflowTaskScheduled, to: &result)
        let started = try append(.workflowTaskStarted(scheduledEventID: scheduled), to: &result)
        for resolution in resolutions { try feed(resolution, context: makeContext()) }
        let issued = try takeCommands()
        let completed = try append(
            .workflowTaskCompleted(scheduledEventID: scheduled, startedEventID: started),
            to: &result
        )
        result.events += try machine.record(issued, at: now, taskCompleted: completed)
        return result
    }

    @discardableResult
    private func append(_ attributes: EventAttributes, to result: inout ActivationResult) throws -> EventID {
        let (event, _) = try machine.record(attributes, at: now)
        result.events.append(event)
        return event.id
    }

    private func record(
        _ input: ActivationInput,
        into result: inout ActivationResult,
        resolutions: inout [RunMachine.Resolution]
    ) throws {
        switch input {
        case .message(let message):
            result.consumedInbox.append(message.id)
            switch message.content {
            case .signal(let signal): try record(.workflowExecutionSignaled(signal), &result, &resolutions)
            case .cancelRequested(let cause, let identity):
                try record(
                    .workflowExecutionCancelRequested(cause: cause, identity: identity),
                    &result,
                    &resolutions
                )
            case .activityEnded(let outcome): try record(outcome, into: &result, resolutions: &resolutions)
            }
        case .attemptEnded(let ended):
            try record(ended, into: &result, resolutions: &resolutions)
        case .timerFired(let id):
            // A timer that was cancelled meanwhile is no longer armed: nothing happened.
            guard machine.armedTimers[id] != nil else { return }
            try record(.timerFired(startedEventID: id), &result, &resolutions)
        case .runTimedOut: try record(.workflowExecutionTimedOut, &result, &resolutions)
        }
    }

    private func record(
        _ attributes: EventAttributes,
        _ result: inout ActivationResult,
        _ resolutions: inout [RunMachine.Resolution],
        at time: Timestamp? = nil
    ) throws {
        guard !machine.status.isClosed else { return }
        let (event, resolution) = try machine.record(attributes, at: time ?? now)
        result.events.append(event)
        resolutions.append(resolution)
    }

    private func record(
        _ ended: EndedAttempt,
        into result: inout ActivationResult,
        resolutions: inout [RunMachine.Resolution]
    ) throws {
        var ended = ended
        let endedAt = min(ended.endedAt, now)
        ended.isInHistory = try record(ended.outcome, endedAt: endedAt, into: &result, resolutions: &resolutions)
        result.endedAttempts.append(ended)
    }

    /// Whether the history has it now: the end of an activity that nobody waits for is no event.
    @discardableResult
    private func record(
        _ outcome: ActivityOutcome,
        endedAt: Timestamp? = nil,
        into result: inout ActivationResult,
        resolutions: inout [RunMachine.Resolution]
    ) throws -> Bool {
        let id = outcome.scheduledEventID
        guard machine.pendingActivities[id] != nil, !machine.status.isClosed else { return false }
        var startedID: EventID = 0
        if outcome.attempt > 0 {
            startedID = machine.nextEventID
            let started = ActivityTaskStarted(
                scheduledEventID: id,
                identity: outcome.identity,
                attempt: outcome.attempt,
                lastFailure: outcome.lastFailure
            )
            try record(.activityTaskStarted(started), &result, &resolutions, at: outcome.startedTime)
        }
        try record(outcome.closingEvent(startedEventID: startedID), &result, &resolutions, at: endedAt)
        return true
    }

    private func makeContext() -> WorkflowContext { WorkflowContext(execution: self) }
}

extension ActivityOutcome {
    fileprivate func closingEvent(startedEventID: EventID) -> EventAttributes {
        switch result {
        case .completed(let payload):
            return .activityTaskCompleted(
                ActivityTaskCompleted(
                    result: payload,
                    scheduledEventID: scheduledEventID,
                    startedEventID: startedEventID
                )
            )
        case .failed(let failure, let state):
            return .activityTaskFailed(
                ActivityTaskFailed(
                    failure: failure,
                    scheduledEventID: scheduledEventID,
                    startedEventID: startedEventID,
                    retryState: state
                )
            )
        case .timedOut(let failure, let state):
            return .activityTaskTimedOut(
                ActivityTaskFailed(
                    failure: failure,
                    scheduledEventID: scheduledEventID,
                    startedEventID: startedEventID,
                    retryState: state
                )
            )
        case .cancelled(let details):
            return .activityTaskCanceled(
                ActivityTaskCanceled(
                    details: details,
                    scheduledEventID: scheduledEventID,
                    startedEventID: startedEventID
                )
            )
        }
    }
}
