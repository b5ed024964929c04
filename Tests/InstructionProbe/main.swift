// Compiled together with the sources of WorkflowCore, with optimisation, by `InstructionTests`: a fixed workload whose
// instructions are counted. Prints what it has checked itself with.

/// The history of one three-step workflow, made event by event and encoded batch by batch as an engine does.
private struct Author {
    var machine = RunMachine()
    var batches: [[UInt8]] = []
    private var time = Timestamp(milliseconds: 1_767_323_045_678)
    private let number = Payload(data: Array("41".utf8))

    mutating func write() throws {
        try append([started])
        var outcome: [EventAttributes] = []
        for step in 0..<3 {
            try activate(after: outcome, .scheduleActivity(OperationID(step), nextNumber))
            let scheduled = machine.nextEventID - 1
            outcome = [
                .activityTaskStarted(
                    ActivityTaskStarted(scheduledEventID: scheduled, identity: "worker@host", attempt: 1)
                ),
                .activityTaskCompleted(
                    ActivityTaskCompleted(
                        result: number,
                        scheduledEventID: scheduled,
                        startedEventID: scheduled + 1
                    )
                ),
            ]
        }
        try activate(after: outcome, .completeWorkflow(result: number))
    }

    private var started: EventAttributes {
        .workflowExecutionStarted(
            WorkflowExecutionStarted(
                workflowType: "ThreeSteps",
                taskQueue: "default",
                input: number,
                originalExecutionRunID: RunID("019b7c9e-0000-7000-8000-000000000001"),
                identity: "client@host",
                workflowID: "three-steps-1"
            )
        )
    }

    private var nextNumber: Command.ScheduleActivity {
        Command.ScheduleActivity(
            activityType: "NextNumber",
            taskQueue: "default",
            input: number,
            timeouts: ActivityTimeouts(startToClose: .seconds(60)),
            retryPolicy: RetryPolicy()
        )
    }

    private mutating func activate(after inbound: [EventAttributes], _ command: Command) throws {
        let scheduled = machine.nextEventID + EventID(inbound.count)
        var events: [HistoryEvent] = []
        let task: [EventAttributes] = [
            .workflowTaskScheduled,
            .workflowTaskStarted(scheduledEventID: scheduled),
            .workflowTaskCompleted(scheduledEventID: scheduled, startedEventID: scheduled + 1),
        ]
        for attributes in inbound + task { events.append(try machine.record(attributes, at: time).event) }
        events += try machine.record([IssuedCommand(command)], at: time, taskCompleted: scheduled + 2)
        batches.append(HistoryCoding.encode(events))
        time = time + .milliseconds(3)
    }

    private mutating func append(_ attributes: [EventAttributes]) throws {
        var events: [HistoryEvent] = []
        for one in attributes { events.append(try machine.record(one, at: time).event) }
        batches.append(HistoryCoding.encode(events))
    }
}

var events = 0
var bytes = 0
for _ in 0..<1_000 {
    var author = Author()
    try author.write()
    var replay = RunMachine()
    for batch in author.batches {
        bytes += batch.count
        for event in try HistoryCoding.decode(batch) {
            _ = try replay.apply(event)
            events += 1
        }
    }
    precondition(replay.status == .completed && replay.nextEventID == author.machine.nextEventID)
}
print("\(events) events, \(bytes) bytes")
