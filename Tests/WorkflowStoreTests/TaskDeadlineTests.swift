import Testing
import WorkflowStore

@testable import WorkflowCore

@Suite("Time limits of activities")
struct TaskDeadlineTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        /// Seconds: schedule-to-close, schedule-to-start, start-to-close, heartbeat.
        var limits: (Int?, Int?, Int, Int?)
        /// Seconds: visible; started and last heartbeat.
        var visible = 0
        var started: Int?
        var heartbeat: Int?
        var expected: (Int, TimeoutType)?
    }

    static let cases = [
        Case(testDescription: "waiting without limits", limits: (nil, nil, 10, nil), expected: nil),
        Case(testDescription: "waiting has no start-to-close", limits: (nil, nil, 1, 1), expected: nil),
        Case(
            testDescription: "schedule-to-start counts from visibility",
            limits: (nil, 5, 10, nil),
            visible: 7,
            expected: (12, .scheduleToStart)
        ),
        Case(
            testDescription: "schedule-to-close counts from the first scheduling",
            limits: (9, 5, 10, nil),
            visible: 7,
            expected: (9, .scheduleToClose)
        ),
        Case(
            testDescription: "schedule-to-start ranks before schedule-to-close",
            limits: (5, 5, 5, nil),
            expected: (5, .scheduleToStart)
        ),
        Case(
            testDescription: "start-to-close counts from the attempt",
            limits: (nil, 1, 10, nil),
            started: 3,
            expected: (13, .startToClose)
        ),
        Case(
            testDescription: "a heartbeat limit counts from the attempt first",
            limits: (nil, nil, 10, 2),
            started: 3,
            expected: (5, .heartbeat)
        ),
        Case(
            testDescription: "and from the last heartbeat then",
            limits: (nil, nil, 10, 2),
            started: 3,
            heartbeat: 8,
            expected: (10, .heartbeat)
        ),
        Case(
            testDescription: "start-to-close ranks before heartbeat",
            limits: (nil, nil, 10, 2),
            started: 3,
            heartbeat: 11,
            expected: (13, .startToClose)
        ),
        Case(
            testDescription: "schedule-to-close spans attempts",
            limits: (12, nil, 10, 5),
            started: 9,
            expected: (12, .scheduleToClose)
        ),
        Case(
            testDescription: "schedule-to-close ranks before start-to-close",
            limits: (13, nil, 10, nil),
            started: 3,
            expected: (13, .scheduleToClose)
        ),
    ]

    @Test("the earliest limit of the state wins", arguments: cases)
    func deadline(testCase: Case) {
        func seconds(_ value: Int?) -> Duration? { value.map { .seconds($0) } }
        func time(_ value: Int) -> Timestamp { at(Int64(value) * 1000) }
        let limits = testCase.limits
        let scheduled = ActivityTaskScheduled.sample(
            scheduleToClose: seconds(limits.0),
            scheduleToStart: seconds(limits.1),
            startToClose: .seconds(limits.2),
            heartbeat: seconds(limits.3)
        )
        let deadline =
            if let started = testCase.started {
                TaskDeadline.started(
                    scheduled,
                    scheduledTime: at(0),
                    startedAt: time(started),
                    lastHeartbeat: testCase.heartbeat.map(time)
                )
            } else {
                TaskDeadline.waiting(scheduled, scheduledTime: at(0), visibleAt: time(testCase.visible))
            }
        let expected = testCase.expected.map { TaskDeadline(time: time($0.0), type: $0.1) }
        #expect(deadline == expected ?? .none)
    }
}
