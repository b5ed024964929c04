/// What identifies a command when it is compared with history. Commands of one activation are matched by this key, the
/// n-th with the n-th of the same key, so that harmless reordering between different keys is no mismatch.
package enum CommandKey: Hashable, Sendable, CustomStringConvertible {
    case scheduleActivity(type: String)
    case requestCancelActivity(scheduledEventID: EventID)
    case startTimer(milliseconds: Int64)
    case cancelTimer(startedEventID: EventID)
    case recordPatch(id: String)
    case completeWorkflow
    case failWorkflow
    case cancelWorkflow

    package var description: String {
        switch self {
        case .scheduleActivity(let type): "schedule activity \(type)"
        case .requestCancelActivity(let id): "request cancellation of the activity scheduled by event \(id)"
        case .startTimer(let milliseconds): "start timer \(Duration.milliseconds(milliseconds))"
        case .cancelTimer(let id): "cancel the timer started by event \(id)"
        case .recordPatch(let id): "record patch \"\(id)\""
        case .completeWorkflow: "complete the workflow"
        case .failWorkflow: "fail the workflow"
        case .cancelWorkflow: "end the workflow as cancelled"
        }
    }

    /// The key of a recorded event; `nil` for events that no command makes.
    package init?(_ event: HistoryEvent) {
        switch event.attributes {
        case .activityTaskScheduled(let scheduled): self = .scheduleActivity(type: scheduled.activityType)
        case .activityTaskCancelRequested(let id, _): self = .requestCancelActivity(scheduledEventID: id)
        case .timerStarted(let timer): self = .startTimer(milliseconds: timer.startToFireTimeout.wholeMilliseconds)
        case .timerCanceled(let id, _): self = .cancelTimer(startedEventID: id)
        case .markerRecorded(let marker): self = .recordPatch(id: marker.details)
        case .workflowExecutionCompleted: self = .completeWorkflow
        case .workflowExecutionFailed: self = .failWorkflow
        case .workflowExecutionCanceled: self = .cancelWorkflow
        default: return nil
        }
    }
}

/// Code that did something else than history says. The run is blocked, nothing is appended.
package struct ReplayMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first event that differs; the id the event would have had when history has none.
    package var eventID: EventID
    /// What history says, `nil` when it says nothing at this point.
    package var recorded: CommandKey?
    /// What the code did, `nil` when it did nothing.
    package var attempted: CommandKey?
    /// Where the code did it.
    package var location: SourceLocation?

    package var description: String {
        let place = location.map { " at \($0)" } ?? ""
        let saw = recorded.map { "history recorded \"\($0)\"" } ?? "history recorded nothing more here"
        let did = attempted.map { "the code attempted \"\($0)\"\(place)" } ?? "the code did nothing"
        return "not deterministic at event \(eventID): \(saw), \(did). "
            + "Deploy the previous code, or keep both paths apart with patched(_:)."
    }
}

/// Matches the commands of one activation with the events they became when the activation first ran.
package struct CommandMatcher {
    private var recorded: [HistoryEvent]
    private var used: [Bool]
    /// Where the unused events of a key are, the first one last.
    private var unused: [CommandKey: [Int]] = [:]

    package init(recorded: [HistoryEvent]) {
        self.recorded = recorded
        used = Array(repeating: false, count: recorded.count)
        for index in recorded.indices.reversed() {
            if let key = CommandKey(recorded[index]) { unused[key, default: []].append(index) }
        }
    }

    /// The event that `key` became: the first unused one with the same key.
    package mutating func take(_ key: CommandKey) -> HistoryEvent? {
        guard let index = unused[key]?.popLast() else { return nil }
        used[index] = true
        return recorded[index]
    }

    /// The first recorded event that no command has claimed. Patch markers do not count: code that no longer asks for a
    /// patch still takes the patched path.
    package var firstUnused: HistoryEvent? {
        recorded.indices.first { index in
            if used[index] { return false }
            if case .markerRecorded = recorded[index].attributes { return false }
            return true
        }.map { recorded[$0] }
    }
}
