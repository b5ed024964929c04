import WorkflowCore
import WorkflowStore

/// Turns events into rows, one per thing. A value with one verb, so that following a run adds rows at the end only:
/// an activity or timer becomes a row when it has ended; what is pending is no history yet (see ``PendingView``).
package struct HistoryView: Sendable {
    private var startTime: Timestamp?
    private var activities: [EventID: Activity] = [:]
    private var timers: [EventID: (event: HistoryEvent, duration: Duration)] = [:]
    private var firstAttemptStart: [EventID: Timestamp] = [:]

    private struct Activity {
        var scheduledTime: Timestamp
        var scheduled: ActivityTaskScheduled
        var events: [EventID]
        var started: (time: Timestamp, attempt: Int)?
    }

    package init() {}

    /// Everything at once.
    package static func rows(_ events: [HistoryEvent], attempts: [AttemptRecord] = []) -> [HistoryRow] {
        var view = HistoryView()
        view.note(attempts)
        return view.append(events)
    }

    /// Tells when first attempts began: histories hold the deciding attempt only.
    package mutating func note(_ attempts: [AttemptRecord]) {
        for attempt in attempts where attempt.attempt == 1 {
            firstAttemptStart[attempt.scheduledEventID] = attempt.startedAt
        }
    }

    /// The rows that `events`, the next of the run's history, complete.
    package mutating func append(_ events: [HistoryEvent]) -> [HistoryRow] { events.compactMap { row($0) } }

    private mutating func row(_ event: HistoryEvent) -> HistoryRow? {
        switch event.attributes {
        case .workflowTaskScheduled, .workflowTaskStarted, .workflowTaskCompleted: nil
        case .activityTaskScheduled, .activityTaskStarted, .activityTaskCompleted, .activityTaskFailed,
            .activityTaskTimedOut, .activityTaskCancelRequested, .activityTaskCanceled:
            activityRow(event)
        case .timerStarted, .timerFired, .timerCanceled: timerRow(event)
        case .workflowExecutionSignaled(let signal): signalRow(event, signal)
        case .markerRecorded(let marker): HistoryRow(event, marker.words)
        default: workflowRow(event)
        }
    }

    // MARK: Runs and messages

    private mutating func workflowRow(_ event: HistoryEvent) -> HistoryRow? {
        var row: HistoryRow
        switch event.attributes {
        case .workflowExecutionStarted(let started):
            startTime = event.time
            row = HistoryRow(event, "workflow \(started.workflowType) started by \(started.identity)")
            row.input = started.input
            return row
        case .workflowExecutionCancelRequested(let cause, let identity):
            return HistoryRow(event, "cancellation requested by \(identity)\(cause.isEmpty ? "" : ": \(cause)")")
        case .workflowExecutionCompleted(let completed):
            row = HistoryRow(event, "workflow completed", .completed)
            row.result = completed.result
        case .workflowExecutionFailed(let failed):
            row = HistoryRow(event, "workflow failed", .failed)
            row.failure = failed.failure
        case .workflowExecutionTimedOut: row = HistoryRow(event, "workflow timed out", .timedOut)
        case .workflowExecutionCanceled: row = HistoryRow(event, "workflow cancelled", .cancelled)
        case .workflowExecutionTerminated(let reason, let identity):
            let words = reason.isEmpty ? "" : ": \(reason)"
            row = HistoryRow(event, "workflow terminated by \(identity)\(words)", .terminated)
        default: return nil
        }
        row.took = startTime.map { event.time - $0 }
        return row
    }

    private func signalRow(_ event: HistoryEvent, _ signal: WorkflowExecutionSignaled) -> HistoryRow {
        var row = HistoryRow(event, "signal \(signal.signalName) arrived from \(signal.identity)")
        row.input = signal.input
        return row
    }

    // MARK: Timers

    private mutating func timerRow(_ event: HistoryEvent) -> HistoryRow? {
        switch event.attributes {
        case .timerStarted(let timer):
            timers[event.id] = (event, timer.startToFireTimeout)
            return nil
        case .timerFired(let id): return endOfTimer(id, event, "fired", .completed)
        case .timerCanceled(let id, _): return endOfTimer(id, event, "cancelled", .cancelled)
        default: return nil
        }
    }

    private mutating func endOfTimer(
        _ id: EventID,
        _ event: HistoryEvent,
        _ verb: String,
        _ outcome: HistoryRow.Outcome
    ) -> HistoryRow {
        guard let timer = timers.removeValue(forKey: id) else {
            return HistoryRow(event, "timer \(id) \(verb)", outcome)
        }
        var row = HistoryRow(event, "timer of \(timer.duration.forPeople) \(verb)", outcome, events: [id])
        row.took = event.time - timer.event.time
        return row
    }

    // MARK: Activities

    private mutating func activityRow(_ event: HistoryEvent) -> HistoryRow? {
        switch event.attributes {
        case .activityTaskScheduled(let scheduled):
            activities[event.id] = Activity(
                scheduledTime: event.time,
                scheduled: scheduled,
                events: [event.id],
                started: nil
            )
            return nil
        case .activityTaskStarted(let started):
            activities[started.scheduledEventID]?.events.append(event.id)
            activities[started.scheduledEventID]?.started = (event.time, started.attempt)
            return nil
        case .activityTaskCancelRequested(let id, _):
            activities[id]?.events.append(event.id)
            return nil
        case .activityTaskCompleted(let completed):
            var row = endOfActivity(completed.scheduledEventID, event, "completed", .completed)
            row.result = completed.result
            return row
        case .activityTaskFailed(let failed):
            var row = endOfActivity(failed.scheduledEventID, event, "failed", .failed)
            row.what += failed.retryState.words
            row.failure = failed.failure
            return row
        case .activityTaskTimedOut(let failed):
            var row = endOfActivity(failed.scheduledEventID, event, "timed out", .timedOut)
            row.what += failed.retryState.words
            row.failure = failed.failure
            return row
        case .activityTaskCanceled(let cancelled):
            var row = endOfActivity(cancelled.scheduledEventID, event, "cancelled", .cancelled)
            row.result = cancelled.details
            return row
        default: return nil
        }
    }

    private mutating func endOfActivity(
        _ id: EventID,
        _ event: HistoryEvent,
        _ verb: String,
        _ outcome: HistoryRow.Outcome
    ) -> HistoryRow {
        guard let activity = activities.removeValue(forKey: id) else {
            return HistoryRow(event, "activity \(id) \(verb)", outcome)
        }
        var row = HistoryRow(
            event,
            "activity \(activity.scheduled.activityType) \(verb)",
            outcome,
            events: activity.events
        )
        row.input = activity.scheduled.input
        row.attempts = activity.started?.attempt ?? 0
        let deciding = activity.started?.attempt == 1 ? activity.started?.time : nil
        let first = firstAttemptStart.removeValue(forKey: id) ?? deciding
        row.queued = (first ?? (activity.started == nil ? event.time : nil)).map { $0 - activity.scheduledTime }
        row.took = activity.started.map { event.time - $0.time }
        return row
    }
}

extension MarkerRecorded {
    fileprivate var words: String {
        markerName == Self.patchMarkerName ? "patch \(details) is active" : "marker \(markerName) recorded: \(details)"
    }
}

extension RetryState {
    /// Why there was no further attempt, behind a verb; empty where the attempts' number says it.
    fileprivate var words: String {
        switch self {
        case .nonRetryableFailure: ", not to be retried"
        case .maximumAttemptsReached: ", attempts used up"
        case .timeout: ", no time left for another attempt"
        case .internalServerError: ", the engine failed"
        case .cancelRequested: " after it was asked to stop"
        case .inProgress, .retryPolicyNotSet: ""
        }
    }
}
