import Testing

@testable import WorkflowCore

@Suite("State of a run")
struct RunMachineTests {
    /// A state in which an event of every type is tried; `subject` is the activity or timer that events name.
    enum State: CaseIterable {
        case new, open, activityScheduled, activityStarted, activityCancelRequested, activityEnded
        case timerArmed, timerFired, timerCanceled
        case completed, failed, cancelled, terminated, timedOut

        var history: HistoryBuilder {
            var history = HistoryBuilder.activated
            switch self {
            case .new: return HistoryBuilder()
            case .open: break
            case .activityScheduled, .activityStarted, .activityCancelRequested, .activityEnded: _ = history.activity()
            case .timerArmed, .timerFired, .timerCanceled: _ = history.timer()
            case .completed, .failed, .cancelled, .terminated, .timedOut: break
            }
            if let last { history.add(Sample.attributes(last, subject: 5)) }
            return history
        }

        private var last: EventType? {
            switch self {
            case .new, .open, .activityScheduled, .timerArmed: nil
            case .activityStarted: .activityTaskStarted
            case .activityCancelRequested: .activityTaskCancelRequested
            case .activityEnded: .activityTaskCompleted
            case .timerFired: .timerFired
            case .timerCanceled: .timerCanceled
            case .completed: .workflowExecutionCompleted
            case .failed: .workflowExecutionFailed
            case .cancelled: .workflowExecutionCanceled
            case .terminated: .workflowExecutionTerminated
            case .timedOut: .workflowExecutionTimedOut
            }
        }

        var legal: Set<EventType> {
            let always = Set(EventType.allCases).subtracting(RunMachineTests.ofActivities)
                .subtracting([.timerFired, .timerCanceled, .workflowExecutionStarted])
            switch self {
            case .new: return [.workflowExecutionStarted]
            case .open, .activityEnded, .timerFired, .timerCanceled: return always
            case .activityScheduled, .activityStarted, .activityCancelRequested:
                return always.union(RunMachineTests.ofActivities)
            case .timerArmed: return always.union([.timerFired, .timerCanceled])
            case .completed, .failed, .cancelled, .terminated, .timedOut: return []
            }
        }
    }

    static let ofActivities: Set<EventType> = [
        .activityTaskStarted, .activityTaskCompleted, .activityTaskFailed, .activityTaskTimedOut,
        .activityTaskCancelRequested, .activityTaskCanceled,
    ]

    @Test("every type of event is legal or refused in every state", arguments: State.allCases, EventType.allCases)
    func transitions(state: State, type: EventType) throws {
        var machine = try state.history.machine()
        let next = machine.nextEventID
        let attributes = Sample.attributes(type, subject: 5)
        if state.legal.contains(type) {
            let (event, _) = try machine.record(attributes, at: HistoryBuilder.beginning)
            #expect(event.id == next)
            #expect(machine.nextEventID == next + 1)
            #expect(machine.status == RunStatus(closedBy: attributes) ?? .running)
        } else {
            let before = machine
            #expect(throws: HistoryViolation.self) { try machine.record(attributes, at: HistoryBuilder.beginning) }
            #expect(machine.nextEventID == before.nextEventID)
            #expect(machine.status == before.status)
            #expect(machine.pendingActivities == before.pendingActivities)
            #expect(machine.armedTimers == before.armedTimers)
        }
    }

    @Test("ids are dense: any other id is refused", arguments: [0, 4, 6, 7, -1, Int64.max])
    func denseIDs(id: EventID) throws {
        var machine = try HistoryBuilder.activated.machine()
        let event = HistoryEvent(id: id, time: .distantPast, attributes: .workflowTaskScheduled)
        let error = #expect(throws: HistoryViolation.self) { try machine.apply(event) }
        #expect(
            error?.description
                == "the history is not valid at event \(id) (WorkflowTaskScheduled): expected event id 5"
        )
    }

    @Test(
        "a violation says what is wrong",
        arguments: [
            (State.new, EventType.timerFired, 1, "a history begins with WorkflowExecutionStarted"),
            (.open, .workflowExecutionStarted, 5, "a run starts once"),
            (.open, .timerFired, 5, "timer 5 is not armed"),
            (.timerFired, .timerCanceled, 7, "timer 5 is not armed"),
            (.activityEnded, .activityTaskFailed, 7, "activity 5 is not pending"),
            (.timedOut, .timerStarted, 6, "the run is already timed-out"),
        ]
    )
    func violation(state: State, type: EventType, id: EventID, reason: String) throws {
        var machine = try state.history.machine()
        let event = HistoryEvent(id: id, time: .distantPast, attributes: Sample.attributes(type))
        #expect(throws: HistoryViolation(event: event, reason: reason)) { try machine.apply(event) }
    }

    @Test("an activity and a timer are pending until their outcome")
    func pending() throws {
        var history = HistoryBuilder.activated
        let activity = history.activity()
        let timer = history.timer(.milliseconds(1500))
        history.add(Sample.attributes(.activityTaskCancelRequested, subject: activity))
        var machine = try history.machine()
        #expect(machine.pendingActivities[activity]?.cancelRequested == true)
        #expect(machine.pendingActivities[activity]?.scheduledTime == HistoryBuilder.beginning + .seconds(5))
        #expect(machine.armedTimers[timer]?.fireTime == HistoryBuilder.beginning + .milliseconds(7500))
        history.complete(activity: activity)
        history.add(.timerFired(startedEventID: timer))
        machine = try history.machine()
        #expect(machine.pendingActivities.isEmpty)
        #expect(machine.armedTimers.isEmpty)
    }

    @Test("the start, a cancellation and patches are remembered")
    func facts() throws {
        var history = HistoryBuilder.activated
        history.add(Sample.attributes(.workflowExecutionCancelRequested))
        history.add(Sample.attributes(.markerRecorded))
        let machine = try history.machine()
        #expect(machine.started?.workflowID == "publish-t-1")
        #expect(machine.startTime == HistoryBuilder.beginning + .seconds(1))
        #expect(machine.cancelRequested)
        #expect(machine.patches == ["hls-v2"])
        var announced = RunMachine()
        announced.announcePatches(in: history.events)
        #expect(announced.patches == ["hls-v2"])
    }
}
