import WorkflowCore

/// One thing that happened to a run, as an operator reads it.
package struct HistoryRow: Hashable, Sendable {
    /// The event that ended the thing, or that is it.
    package var id: EventID
    /// The events that belong to it, in order; `id` is the last.
    package var events: [EventID]
    package var time: Timestamp
    /// What happened, in words: `activity TranscodeTrack completed`.
    package var what: String
    package var outcome: Outcome
    package var input: Payload?
    package var result: Payload?
    package var failure: Failure?
    /// Attempts of an activity; `nil` for everything else.
    package var attempts: Int?
    /// How long the activity waited before its first known attempt began.
    package var queued: Duration?
    /// How long the deciding attempt ran, how long a timer or the whole run took.
    package var took: Duration?

    package enum Outcome: String, Sendable {
        case noted, completed, failed, timedOut = "timed-out", cancelled, terminated
    }

    init(_ event: HistoryEvent, _ what: String, _ outcome: Outcome = .noted, events: [EventID] = []) {
        id = event.id
        self.events = events + [event.id]
        time = event.time
        self.what = what
        self.outcome = outcome
    }
}

extension HistoryRow {
    /// Input, result and failure in one line.
    package func detail(_ style: TextStyle) -> String {
        var parts: [String] = []
        if let input { parts.append(input.oneLine) }
        if let result { parts.append("\(style.arrow) \(result.oneLine)") }
        if let failure { parts.append("\(style.arrow) \(failure.chainText)") }
        return parts.joined(separator: " ")
    }

    var tone: TextStyle.Tone {
        switch outcome {
        case .noted: .plain
        case .completed: .good
        case .failed, .terminated: .bad
        case .timedOut, .cancelled: .warning
        }
    }
}
