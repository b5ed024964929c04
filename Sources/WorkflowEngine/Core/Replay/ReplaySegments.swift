/// Cuts a history into the activations that made it: what arrived, when the activation ran, what code asked for.
package struct ReplaySegments: Sendable {
    package struct Segment: Sendable {
        /// Events that arrived before the activation, and the workflow-task events themselves.
        package var inbound: [HistoryEvent] = []
        /// `now` of the activation; `nil` when the history ends before it ran.
        package var taskTime: Timestamp?
        /// Events that commands became.
        package var outbound: [HistoryEvent] = []
    }

    private let history: [HistoryEvent]
    private var index = 0

    package init(_ history: [HistoryEvent]) { self.history = history }

    package var isAtEnd: Bool { index >= history.count }

    /// The next activation, `nil` at the end.
    package mutating func next() -> Segment? {
        guard !isAtEnd else { return nil }
        var segment = Segment()
        while index < history.count, segment.taskTime == nil {
            let event = history[index]
            segment.inbound.append(event)
            index += 1
            if case .workflowTaskCompleted = event.attributes { segment.taskTime = event.time }
        }
        guard segment.taskTime != nil else { return segment }
        while index < history.count, CommandKey(history[index]) != nil {
            segment.outbound.append(history[index])
            index += 1
        }
        return segment
    }
}
