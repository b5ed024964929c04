import Testing

@testable import WorkflowCore

extension Command {
    static func activity(_ operation: Int, _ type: String) -> Command {
        .scheduleActivity(
            OperationID(operation),
            ScheduleActivity(
                activityType: type,
                taskQueue: "media",
                input: Sample.payload,
                timeouts: ActivityTimeouts(startToClose: .seconds(60)),
                retryPolicy: .default
            )
        )
    }

    static func timer(_ operation: Int, _ duration: Duration) -> Command {
        .startTimer(OperationID(operation), duration)
    }
}

@Suite("Recording of commands")
struct RunMachineCommandTests {
    static func record(_ commands: [Command], into machine: inout RunMachine) throws -> [HistoryEvent] {
        try machine.record(commands.map { IssuedCommand($0) }, at: HistoryBuilder.beginning, taskCompleted: 4)
    }

    @Test("commands become events in the order in which code issued them")
    func order() throws {
        var machine = try HistoryBuilder.activated.machine()
        let events = try Self.record(
            [.activity(1, "a"), .timer(2, .seconds(3)), .recordPatch("p"), .requestCancelActivity(OperationID(1))],
            into: &machine
        )
        #expect(events.map(\.id) == [5, 6, 7, 8])
        #expect(
            events.map(\.type) == [
                .activityTaskScheduled, .timerStarted, .markerRecorded, .activityTaskCancelRequested,
            ]
        )
        #expect(machine.event(of: OperationID(1)) == 5)
        #expect(machine.event(of: OperationID(2)) == 6)
        #expect(
            events[3].attributes == .activityTaskCancelRequested(scheduledEventID: 5, workflowTaskCompletedEventID: 4)
        )
    }

    @Test(
        "a command that ends the run is the last one",
        arguments: [
            (Command.completeWorkflow(result: Sample.payload), RunStatus.completed),
            (.failWorkflow(Sample.deepFailure), .failed),
            (.cancelWorkflow, .cancelled),
        ]
    )
    func closing(command: Command, status: RunStatus) throws {
        var machine = try HistoryBuilder.activated.machine()
        let events = try Self.record([.recordPatch("p"), command, .activity(1, "late")], into: &machine)
        #expect(events.count == 2)
        #expect(machine.status == status)
        #expect(command.closesRun)
    }

    @Test("cancelling what has ended records nothing")
    func cancelOfEnded() throws {
        var machine = try HistoryBuilder.activated.machine()
        _ = try Self.record([.activity(1, "a"), .timer(2, .seconds(3))], into: &machine)
        let (_, completed) = try machine.record(
            .activityTaskCompleted(ActivityTaskCompleted(scheduledEventID: 5, startedEventID: 0)),
            at: HistoryBuilder.beginning
        )
        let (_, fired) = try machine.record(.timerFired(startedEventID: 6), at: HistoryBuilder.beginning)
        #expect(completed == .activityCompleted(OperationID(1), nil))
        #expect(fired == .timerFired(OperationID(2)))
        let late: [Command] = [
            .requestCancelActivity(OperationID(1)), .cancelTimer(OperationID(2)), .cancelTimer(OperationID(77)),
        ]
        #expect(try Self.record(late, into: &machine).isEmpty)
        #expect(machine.event(of: OperationID(1)) == nil)
    }

    @Test("a timer is cancelled once")
    func cancelTwice() throws {
        var machine = try HistoryBuilder.activated.machine()
        let cancel = Command.cancelTimer(OperationID(1))
        let events = try Self.record([.timer(1, .seconds(3)), cancel, cancel], into: &machine)
        #expect(events.map(\.type) == [.timerStarted, .timerCanceled])
    }

    @Test("an activity's failure reaches code with the activity's name and why it is not tried again")
    func failureContext() throws {
        var machine = try HistoryBuilder.activated.machine()
        _ = try Self.record([.activity(1, "transcode")], into: &machine)
        for type in [EventType.activityTaskFailed, .activityTaskTimedOut] {
            var copy = machine
            let (_, resolution) = try copy.record(Sample.attributes(type), at: HistoryBuilder.beginning)
            let expected = Failure(
                message: "activity transcode failed",
                kind: .activity(
                    Failure.ActivityContext(
                        scheduledEventID: 5,
                        activityType: "transcode",
                        activityID: "1",
                        retryState: .maximumAttemptsReached
                    )
                ),
                cause: Sample.deepFailure
            )
            #expect(resolution == .activityFailed(OperationID(1), expected))
        }
    }
}
