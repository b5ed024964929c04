import WorkflowCore
import WorkflowStore

/// 2026-01-02T03:04:05Z, the clock of every test.
let testNow = Timestamp(milliseconds: 1_767_323_045_000)

func ago(_ seconds: Int) -> Timestamp { testNow + .seconds(-seconds) }
func later(_ seconds: Int) -> Timestamp { testNow + .seconds(seconds) }
func json(_ text: String) -> Payload { Payload(data: Array(text.utf8)) }

extension RunRecord {
    /// An open run that belongs to worker 1 and is past its beginning.
    static func sample(
        id: WorkflowID = "publish-track/7f3a",
        key: Int64 = 7,
        status: RunStatus = .running,
        configure: (inout RunRecord) -> Void = { _ in }
    ) -> RunRecord {
        var run = RunRecord(
            reference: RunReference(
                key: RunKey(key),
                workflowID: id,
                runID: RunID("0194-\(key)")
            ),
            workflowType: "PublishTrack",
            taskQueue: "tracks",
            status: status,
            startTime: ago(600),
            closeTime: status.isClosed ? ago(60) : nil,
            nextEventID: 9,
            historyBytes: 2048,
            owner: status.isClosed ? .nobody : WorkerKey(1),
            epoch: 1,
            wakeAt: .never,
            cancelRequested: false,
            blocked: nil,
            waits: [],
            inboxCount: 0
        )
        configure(&run)
        return run
    }
}

extension TaskRecord {
    /// A task of event 5 that waits since 30 s.
    static func sample(
        _ type: String = "TranscodeTrack",
        configure: (inout TaskRecord) -> Void = { _ in }
    )
        -> TaskRecord
    {
        var task = TaskRecord(
            run: RunRecord.sample().reference,
            scheduledEventID: 5,
            scheduled: .sample(type),
            scheduledTime: ago(30),
            state: .waiting,
            attempt: 1,
            visibleAt: ago(30),
            startedAt: nil,
            worker: .nobody,
            deadline: .never,
            deadlineType: nil,
            lastHeartbeat: nil,
            heartbeatDetails: nil,
            lastFailure: nil,
            cancelRequested: false
        )
        configure(&task)
        return task
    }

    /// A task that runs since 20 s.
    static func running(on worker: Int64 = 1, configure: (inout TaskRecord) -> Void = { _ in }) -> TaskRecord {
        sample { task in
            task.state = .started
            task.worker = WorkerKey(worker)
            task.startedAt = ago(20)
            task.deadline = later(580)
            task.deadlineType = .startToClose
            configure(&task)
        }
    }
}

extension ActivityTaskScheduled {
    static func sample(_ type: String = "TranscodeTrack") -> ActivityTaskScheduled {
        ActivityTaskScheduled(
            activityID: "5",
            activityType: type,
            taskQueue: "media",
            input: json(#"{"trackID":"7f3a"}"#),
            startToCloseTimeout: .seconds(600),
            workflowTaskCompletedEventID: 4,
            retryPolicy: RetryPolicy(maximumAttempts: 5)
        )
    }
}

extension WorkerRecord {
    static func sample(
        _ key: Int64 = 1,
        isAlive: Bool = true,
        queues: [TaskQueue] = ["tracks", "media"],
        workflows: [String] = ["PublishTrack"],
        activities: [String] = ["TranscodeTrack"]
    ) -> WorkerRecord {
        WorkerRecord(
            key: WorkerKey(key),
            registration: WorkerRegistration(
                identity: "worker-\(key)@host",
                processID: 100,
                buildID: "b1",
                workflowTypes: workflows,
                activityTypes: activities,
                queues: queues,
                now: ago(3600)
            ),
            isAlive: isAlive
        )
    }
}

/// A history from its events' attributes, one second apart, from 10 minutes ago on.
func history(_ attributes: EventAttributes...) -> [HistoryEvent] {
    attributes.enumerated().map { index, attributes in
        HistoryEvent(id: EventID(index + 1), time: ago(600 - index), attributes: attributes)
    }
}

extension EventAttributes {
    static let started = EventAttributes.workflowExecutionStarted(
        WorkflowExecutionStarted(
            workflowType: "PublishTrack",
            taskQueue: "tracks",
            input: json(#"{"trackID":"7f3a"}"#),
            originalExecutionRunID: RunID("0194-7"),
            identity: "api",
            workflowID: "publish-track/7f3a"
        )
    )
    static let scheduled = EventAttributes.activityTaskScheduled(.sample())
    static let completed = EventAttributes.workflowExecutionCompleted(
        WorkflowExecutionCompleted(result: json(#"{"stage":"published"}"#), workflowTaskCompletedEventID: 4)
    )

    static func attempt(_ number: Int, of id: EventID) -> EventAttributes {
        .activityTaskStarted(
            ActivityTaskStarted(scheduledEventID: id, identity: "worker-1@host", attempt: number)
        )
    }

    static func signal(_ name: String, _ input: String, from identity: String) -> EventAttributes {
        .workflowExecutionSignaled(
            WorkflowExecutionSignaled(signalName: name, input: json(input), identity: identity)
        )
    }

    static func timer(_ duration: Duration) -> EventAttributes {
        .timerStarted(TimerStarted(timerID: "2", startToFireTimeout: duration, workflowTaskCompletedEventID: 1))
    }
}

/// The happy history: workflow tasks, one activity, one signal, the end.
let happyHistory = history(
    .started,
    .workflowTaskScheduled,
    .workflowTaskStarted(scheduledEventID: 2),
    .workflowTaskCompleted(scheduledEventID: 2, startedEventID: 3),
    .scheduled,
    .attempt(1, of: 5),
    .activityTaskCompleted(
        ActivityTaskCompleted(result: json(#"{"seconds":213}"#), scheduledEventID: 5, startedEventID: 6)
    ),
    .signal("review", #"{"approved":true}"#, from: "admin-3"),
    .completed
)
