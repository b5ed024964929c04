import WorkflowCore

/// Writes histories as a run would: dense ids, one second between events.
struct HistoryBuilder {
    static let beginning = Timestamp(milliseconds: 1_767_323_045_678)

    private(set) var events: [HistoryEvent] = []
    /// The newest completed activation, which commands refer to.
    private(set) var task: EventID = 0

    /// A history that holds its first event.
    static var started: HistoryBuilder {
        var builder = HistoryBuilder()
        builder.add(Sample.started)
        return builder
    }

    /// A history whose first activation has just ended: the next id is 5.
    static var activated: HistoryBuilder {
        var builder = HistoryBuilder.started
        builder.activate()
        return builder
    }

    @discardableResult
    mutating func add(_ attributes: EventAttributes) -> EventID {
        let id = EventID(events.count + 1)
        events.append(HistoryEvent(id: id, time: Self.beginning + .seconds(id), attributes: attributes))
        return id
    }

    mutating func activate() {
        let scheduled = add(.workflowTaskScheduled)
        let started = add(.workflowTaskStarted(scheduledEventID: scheduled))
        task = add(.workflowTaskCompleted(scheduledEventID: scheduled, startedEventID: started))
    }

    mutating func activity(_ type: String = "transcode") -> EventID {
        add(.activityTaskScheduled(Sample.activity(type, task: task)))
    }

    mutating func complete(activity id: EventID) {
        let started = add(.activityTaskStarted(ActivityTaskStarted(scheduledEventID: id, identity: "w", attempt: 1)))
        add(.activityTaskCompleted(ActivityTaskCompleted(scheduledEventID: id, startedEventID: started)))
    }

    mutating func timer(_ duration: Duration = .seconds(30)) -> EventID {
        add(
            .timerStarted(
                TimerStarted(timerID: "1", startToFireTimeout: duration, workflowTaskCompletedEventID: task)
            )
        )
    }

    mutating func complete() {
        add(.workflowExecutionCompleted(WorkflowExecutionCompleted(workflowTaskCompletedEventID: task)))
    }

    /// The machine after all events.
    func machine() throws -> RunMachine {
        var machine = RunMachine()
        for event in events { _ = try machine.apply(event) }
        return machine
    }
}
