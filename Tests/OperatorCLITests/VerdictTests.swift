import OperatorCLI
import Testing
import WorkflowCore
import WorkflowStore

/// A stuck run and the verdict an operator has to get.
struct StuckRun: Sendable, CustomTestStringConvertible {
    var name: String
    var run: RunRecord
    var tasks: [TaskRecord] = []
    var timers: [TimerRecord] = []
    var workers: [WorkerRecord] = [.sample()]
    var code: Verdict.Code
    /// A part of the summary, the next step or the command.
    var says: String
    var until: Timestamp?

    var testDescription: String { name }

    var verdict: Verdict { .of(run: run, tasks: tasks, timers: timers, workers: workers, now: testNow) }
}

private func run(_ configure: (inout RunRecord) -> Void = { _ in }) -> RunRecord { .sample(configure: configure) }

private func waiting(_ kind: String, _ name: String = "") -> RunRecord {
    run { $0.waits = [RunWait(kind: kind, name: name, eventID: 3, location: "Publish.swift:42")] }
}

private let reason = BlockedReason(
    code: "not-deterministic",
    message: "recorded a timer, attempted an activity.",
    eventID: 8,
    location: "Publish.swift:50",
    time: ago(5)
)

private let retrying = TaskRecord.sample { task in
    task.attempt = 3
    task.visibleAt = later(12)
    task.lastFailure = .application("bucket is not reachable", type: "StoreUnavailable")
}

private let aboutActivities: [StuckRun] = [
    StuckRun(
        name: "no living worker serves the queue",
        run: run(),
        tasks: [.sample()],
        workers: [.sample(queues: ["tracks"])],
        code: .activityQueueNotServed,
        says: "waits for 30 s: no living worker serves queue media"
    ),
    StuckRun(
        name: "only a dead worker serves the queue",
        run: run(),
        tasks: [.sample()],
        workers: [.sample(queues: ["tracks"]), .sample(2, isAlive: false)],
        code: .activityQueueNotServed,
        says: "nothing until a worker for queue media starts"
    ),
    StuckRun(
        name: "no worker has the activity type",
        run: run(),
        tasks: [.sample()],
        workers: [.sample(activities: ["StoreLyrics"])],
        code: .activityTypeNotServed,
        says: "has activity type TranscodeTrack"
    ),
    StuckRun(
        name: "all slots are busy",
        run: run(),
        tasks: [.sample()],
        code: .activitySlotsBusy,
        says: "all slots of queue media are busy"
    ),
    StuckRun(
        name: "just queued",
        run: run(),
        tasks: [.sample { $0.visibleAt = testNow }],
        code: .activityAboutToStart,
        says: "about to start"
    ),
    StuckRun(
        name: "between attempts",
        run: run(),
        tasks: [retrying],
        code: .activityRetrying,
        says: "attempt 3 of 5 starts in 12 s; last error: bucket is not reachable [StoreUnavailable]",
        until: later(12)
    ),
    StuckRun(
        name: "running with heartbeats",
        run: run(),
        tasks: [
            .running { task in
                task.lastHeartbeat = ago(3)
                task.heartbeatDetails = json(#"{"percent":40}"#)
            }
        ],
        code: .activityRunning,
        says: #"attempt 1 of 5 runs on worker worker-1@host for 20 s, heartbeat 3 s ago {"percent":40}"#,
        until: later(580)
    ),
    StuckRun(
        name: "past its limit",
        run: run(),
        tasks: [.running { $0.deadline = ago(2) }],
        code: .activityOverdue,
        says: "is past its limit (StartToClose) of 2 s ago",
        until: ago(2)
    ),
    StuckRun(
        name: "its worker died",
        run: run(),
        tasks: [.running(on: 9)],
        code: .activityWorkerGone,
        says: "began on worker #9, which is gone",
        until: later(580)
    ),
    StuckRun(
        name: "the worst of several activities",
        run: run(),
        tasks: [.running(), .sample("SynchronizeLyrics") { $0.scheduledEventID = 6 }],
        code: .activityTypeNotServed,
        says: "activity SynchronizeLyrics (event 6)"
    ),
]

private let aboutRuns: [StuckRun] = [
    StuckRun(
        name: "closed",
        run: .sample(status: .failed),
        code: .closed,
        says: "it is failed 1 min ago"
    ),
    StuckRun(
        name: "blocked",
        run: run {
            $0.blocked = reason; $0.wakeAt = later(20)
        },
        tasks: [.running()],
        code: .blocked,
        says: "blocked [not-deterministic] at event 8 (Publish.swift:50): recorded a timer",
        until: later(20)
    ),
    StuckRun(
        name: "blocked, and nobody has the type",
        run: run {
            $0.blocked = reason; $0.owner = .nobody
        },
        workers: [],
        code: .blocked,
        says: "no living worker has workflow type PublishTrack",
        until: .never
    ),
    StuckRun(
        name: "its owner died, another lives",
        run: waiting("signal", "review"),
        workers: [.sample(isAlive: false), .sample(2)],
        code: .ownerGone,
        says: "the next living worker takes it over within a second"
    ),
    StuckRun(
        name: "its owner died, nobody lives",
        run: waiting("signal", "review"),
        workers: [.sample(isAlive: false)],
        code: .ownerGoneNoWorker,
        says: "no living worker has workflow type PublishTrack in queue tracks"
    ),
    StuckRun(
        name: "never begun, no worker",
        run: run {
            $0.nextEventID = 2; $0.owner = .nobody
        },
        workers: [],
        code: .noWorkflowWorker,
        says: "it has not begun"
    ),
    StuckRun(
        name: "never begun, a worker lives",
        run: run {
            $0.nextEventID = 2; $0.owner = .nobody
        },
        code: .aboutToContinue,
        says: "a living worker continues it within a second"
    ),
    StuckRun(
        name: "unread messages, wrong queue",
        run: run {
            $0.inboxCount = 2; $0.owner = .nobody
        },
        workers: [.sample(queues: ["media"])],
        code: .noWorkflowWorker,
        says: "it has 2 unread messages"
    ),
    StuckRun(
        name: "a timer is due, no worker",
        run: run { $0.owner = .nobody },
        timers: [TimerRecord(startedEventID: 3, fireTime: ago(90))],
        workers: [],
        code: .noWorkflowWorker,
        says: "it has a timer that is due"
    ),
    StuckRun(
        name: "a signal",
        run: waiting("signal", "review"),
        code: .waitingForSignal,
        says: "mizzo workflow signal publish-track/7f3a --name review --input 'JSON'"
    ),
    StuckRun(
        name: "a signal with a limit",
        run: waiting("signal", "uploaded"),
        timers: [TimerRecord(startedEventID: 3, fireTime: later(7200))],
        code: .waitingForSignal,
        says: "a timer ends the wait in 2 h at the latest",
        until: later(7200)
    ),
    StuckRun(
        name: "a condition",
        run: waiting("condition"),
        code: .waitingForCondition,
        says: "a condition at Publish.swift:42"
    ),
    StuckRun(
        name: "a timer",
        run: waiting("timer", "2592000.0 seconds"),
        timers: [TimerRecord(startedEventID: 3, fireTime: later(2_592_000))],
        code: .waitingForTimer,
        says: "a timer (event 3) that fires in 30 d",
        until: later(2_592_000)
    ),
    StuckRun(
        name: "a timer nobody would notice",
        run: run { $0.owner = .nobody },
        timers: [TimerRecord(startedEventID: 3, fireTime: later(60))],
        workers: [],
        code: .waitingForTimer,
        says: "only when a worker with workflow type PublishTrack serves queue tracks",
        until: later(60)
    ),
    StuckRun(name: "its code is running", run: run(), code: .working, says: "its code is running"),
    StuckRun(
        name: "nothing is known, nobody has it",
        run: run { $0.owner = .nobody },
        workers: [],
        code: .noWorkflowWorker,
        says: "no living worker has workflow type PublishTrack"
    ),
]

@Suite("Why a run has not finished")
struct VerdictTests {
    @Test("every stuck run gets its verdict", arguments: aboutActivities + aboutRuns)
    func verdict(_ stuck: StuckRun) {
        let verdict = stuck.verdict
        #expect(verdict.code == stuck.code)
        #expect([verdict.summary, verdict.next, verdict.command ?? ""].contains { $0.contains(stuck.says) })
        #expect(verdict.until == stuck.until)
        #expect(!verdict.next.isEmpty && !verdict.withoutWorkers.isEmpty && verdict.command != nil)
    }

    @Test("every verdict has a fixture")
    func coverage() {
        #expect(Set((aboutActivities + aboutRuns).map(\.code)) == Set(Verdict.Code.allCases))
    }

    @Test("what else is pending is named beside the verdict")
    func others() {
        let both = StuckRun(
            name: "",
            run: waiting("signal", "review"),
            tasks: [.running()],
            code: .activityRunning,
            says: ""
        )
        #expect(both.verdict.others == ["waits for signal review at Publish.swift:42"])
    }

    @Test("a suggested command quotes what a shell would split")
    func quoting() {
        let odd = RunRecord.sample(id: "it's odd") { $0.waits = [RunWait(kind: "signal", name: "a b", location: "")] }
        let verdict = Verdict.of(run: odd, tasks: [], timers: [], workers: [.sample()], now: testNow)
        #expect(verdict.command == #"mizzo workflow signal 'it'\''s odd' --name 'a b' --input 'JSON'"#)
    }
}
