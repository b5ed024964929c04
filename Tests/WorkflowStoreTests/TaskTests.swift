import Testing
import WorkflowCore
import WorkflowStore

@Suite("Activities", .timeLimit(.minutes(1)))
struct TaskTests {
    @Test("tasks are claimed by queue, type and time, longest waiting first", arguments: StoreKind.allCases)
    func claims(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            var activation = run.activation(5, at: at(0))
            let plan: [(EventID, Int64, ActivityTaskScheduled)] = [
                (2, 30, .sample()), (3, 10, .sample()), (4, 10, .sample(type: "Ship")),
                (5, 10, .sample(queue: "other")), (6, 100, .sample()),
            ]
            activation.newTasks = plan.map { event, time, scheduled in
                NewTask(scheduledEventID: event, scheduled: scheduled, scheduledTime: at(time), startedBy: .nobody)
            }
            try await store.expectCommitted(activation)
            #expect(try await store.countTasks(in: "activities") == TaskCounts(waiting: 4, started: 0))
            let worker = try await store.register("two")
            #expect(try await store.claimActivities(worker, at: at(50), limit: 1).map(\.scheduledEventID) == [3])
            let second = try await store.claimActivities(worker, at: at(50))
            #expect(second.map(\.scheduledEventID) == [2])
            let task = try #require(second.first)
            #expect(task.state == .started && task.worker == worker && task.startedAt == at(50) && task.attempt == 1)
            #expect(task.deadline == at(10_050) && task.deadlineType == .startToClose)
            #expect(task.run == run.reference && task.scheduled == .sample())
            #expect(try await store.claimActivities(worker, at: at(50)).isEmpty)
            #expect(try await store.countTasks(in: "activities") == TaskCounts(waiting: 2, started: 2))
            #expect(try await store.tasks(of: run.key).count == 5)
        }
    }

    @Test("a completed attempt goes to the run's inbox and is kept", arguments: StoreKind.allCases)
    func completed(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask()
            let worker = try await store.register("two")
            let task = try #require(try await store.claimActivities(worker, at: at(5)).first)
            let report = AttemptReport(task, worker: worker, at: at(9), .ended(.completed(Payload(text: "ok"))))
            #expect(try await store.report(report) == .accepted)
            #expect(try await store.report(report) == .stale)
            let outcome = ActivityOutcome(
                scheduledEventID: 2,
                attempt: 1,
                identity: "two",
                startedTime: at(5),
                result: .completed(Payload(text: "ok"))
            )
            #expect(
                try await store.inbox(of: run.key) == [
                    InboxMessage(id: 1, time: at(9), content: .activityEnded(outcome))
                ]
            )
            #expect(try await store.tasks(of: run.key).isEmpty)
            let attempt = try #require(try await store.attempts(of: run.key).first)
            #expect(attempt.outcome == "completed" && attempt.startedAt == at(5) && attempt.endedAt == at(9))
        }
    }

    @Test("a retry keeps details and failure for the next attempt", arguments: StoreKind.allCases)
    func retries(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask("w", .sample(scheduleToStart: .seconds(5), heartbeat: .seconds(2)))
            let worker = try await store.register("two")
            let first = try #require(try await store.claimActivities(worker, at: at(0)).first)
            #expect(first.deadline == at(2000) && first.deadlineType == .heartbeat)
            let details = Payload(text: "half")
            #expect(
                try await store.heartbeat(.of(first, details, at: at(1000))) == .recorded(cancelRequested: false)
            )
            #expect(try await store.heartbeat(.of(first, nil, at: at(1500))) == .recorded(cancelRequested: false))
            #expect(try await store.task(run).deadline == at(3500))

            let retry = AttemptReport(first, worker: worker, at: at(1600), .retry(.sample, visibleAt: at(2600)))
            #expect(try await store.report(retry) == .accepted)
            let waiting = try await store.task(run)
            #expect(waiting.state == .waiting && waiting.attempt == 2 && waiting.worker == .nobody)
            #expect(waiting.lastFailure == .sample && waiting.heartbeatDetails == details)
            #expect(waiting.lastHeartbeat == nil && waiting.startedAt == nil && waiting.visibleAt == at(2600))
            #expect(waiting.deadline == at(7600) && waiting.deadlineType == .scheduleToStart)
            #expect(try await store.heartbeat(.of(first, nil, at: at(1700))) == .stale)

            #expect(try await store.claimActivities(worker, at: at(2599)).isEmpty)
            let second = try #require(try await store.claimActivities(worker, at: at(2600)).first)
            #expect(second.attempt == 2 && second.heartbeatDetails == details && second.lastFailure == .sample)
            let end = AttemptReport(
                second,
                worker: worker,
                at: at(2700),
                .ended(.failed(.sample, .nonRetryableFailure))
            )
            #expect(try await store.report(end) == .accepted)
            guard case .activityEnded(let outcome) = try await store.inbox(of: run.key).first?.content else {
                Issue.record("expected the outcome in the inbox")
                return
            }
            #expect(outcome.attempt == 2 && outcome.lastFailure == .sample)
            #expect(outcome.result == .failed(.sample, .nonRetryableFailure))
            let attempts = try await store.attempts(of: run.key)
            #expect(attempts.map(\.outcome) == ["failed", "failed"] && attempts.map(\.attempt) == [1, 2])
            #expect(attempts.map(\.nextAttemptAt) == [at(2600), nil])
            #expect(attempts.map(\.heartbeatDetails) == [details, details])
        }
    }

    @Test("a limit that passes makes the task overdue and unclaimable", arguments: StoreKind.allCases)
    func overdue(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask("w", .sample(scheduleToStart: .seconds(1)))
            #expect(try await store.overdueTasks(at: at(999), limit: 9).isEmpty)
            let task = try #require(try await store.overdueTasks(at: at(1000), limit: 9).first)
            #expect(task.deadlineType == .scheduleToStart)
            #expect(try await store.overdueTasks(at: at(1000), limit: 0).isEmpty)
            let worker = try await store.register("two")
            #expect(try await store.claimActivities(worker, at: at(1000)).isEmpty)

            let failure = Failure.timeout(.scheduleToStart)
            let early = AttemptReport(task, worker: nil, at: at(999), .ended(.timedOut(failure, .timeout)))
            #expect(try await store.report(early) == .stale)
            let retry = AttemptReport(task, worker: nil, at: at(1000), .retry(failure, visibleAt: at(2000)))
            #expect(try await store.report(retry) == .stale)
            let report = AttemptReport(task, worker: nil, at: at(1000), .ended(.timedOut(failure, .timeout)))
            #expect(try await store.report(report) == .accepted)
            guard case .activityEnded(let outcome) = try await store.inbox(of: run.key).first?.content else {
                Issue.record("expected the outcome in the inbox")
                return
            }
            #expect(outcome.attempt == 0 && outcome.startedTime == .distantPast && outcome.identity == "")
            let attempt = try #require(try await store.attempts(of: run.key).first)
            #expect(attempt.outcome == "timed-out" && attempt.attempt == 0 && attempt.failure == failure)
        }
    }

    @Test("a heartbeat that comes first makes a timeout stale", arguments: StoreKind.allCases)
    func heartbeatWins(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask("w", .sample(heartbeat: .seconds(1)), startedByOwner: true)
            let overdue = try #require(try await store.overdueTasks(at: at(1000), limit: 9).first)
            _ = try await store.heartbeat(.of(overdue, nil, at: at(1001)))
            let failure = Failure.timeout(.heartbeat)
            let report = AttemptReport(overdue, worker: nil, at: at(1002), .retry(failure, visibleAt: at(3000)))
            #expect(try await store.report(report) == .stale)
            let later = AttemptReport(overdue, worker: nil, at: at(2001), .retry(failure, visibleAt: at(3000)))
            #expect(try await store.report(later) == .accepted)
            #expect(try await store.attempts(of: run.key).map(\.outcome) == ["timed-out"])
        }
    }

    @Test("cancelling removes a waiting task and marks a started one", arguments: StoreKind.allCases)
    func cancel(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startWithTask(startedByOwner: true)
            var activation = run.activation(2)
            activation.newTasks = [
                NewTask(scheduledEventID: 3, scheduled: .sample(), scheduledTime: at(10), startedBy: .nobody)
            ]
            try await store.expectCommitted(activation)
            run.next += 2
            var cancelling = run.activation(at: at(20))
            cancelling.cancelledTasks = [2, 3, 77]
            try await store.expectCommitted(cancelling)
            let task = try await store.task(run)
            #expect(task.scheduledEventID == 2 && task.cancelRequested)
            let outcome = ActivityOutcome(
                scheduledEventID: 3,
                attempt: 0,
                identity: "",
                startedTime: .distantPast,
                result: .cancelled(details: nil)
            )
            #expect(
                try await store.inbox(of: run.key) == [
                    InboxMessage(id: 1, time: at(20), content: .activityEnded(outcome))
                ]
            )
            #expect(try await store.heartbeat(.of(task, nil, at: at(21))) == .recorded(cancelRequested: true))

            // What was asked to stop is not tried again.
            let retry = AttemptReport(task, worker: run.worker, at: at(30), .retry(.sample, visibleAt: at(40)))
            #expect(try await store.report(retry) == .accepted)
            guard case .activityEnded(let end) = try await store.inbox(of: run.key).last?.content else {
                Issue.record("expected the outcome in the inbox")
                return
            }
            #expect(end.result == .failed(.sample, .cancelRequested))
            #expect(try await store.attempts(of: run.key).map(\.outcome) == ["cancelled", "failed"])
        }
    }

    @Test("what is due next covers runs, visible tasks and limits", arguments: StoreKind.allCases)
    func nextDue(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register("two")
            func due() async throws -> Timestamp? {
                try await store.nextDue(for: worker, queues: ["default", "activities"], types: ["Order"])
            }
            #expect(try await due() == nil)
            let run = try await store.startWithTask("w", .sample(queue: "elsewhere", scheduleToStart: .seconds(9)))
            #expect(try await due() == at(9000))
            var activation = run.activation()
            activation.newTasks = [
                NewTask(scheduledEventID: 3, scheduled: .sample(), scheduledTime: at(700), startedBy: .nobody),
                NewTask(
                    scheduledEventID: 4,
                    scheduled: .sample(type: "Unknown"),
                    scheduledTime: at(600),
                    startedBy: .nobody
                ),
            ]
            try await store.expectCommitted(activation)
            #expect(try await due() == at(700))
            _ = try await store.start(StartRequest("other-type", type: "Other", at: at(100)))
            #expect(try await due() == at(700))
            _ = try await store.start(StartRequest("due", at: at(300)))
            #expect(try await due() == at(300))
        }
    }
}

extension Heartbeat {
    static func of(_ task: TaskRecord, _ details: Payload?, at now: Timestamp) -> Heartbeat {
        Heartbeat(
            run: task.run.key,
            scheduledEventID: task.scheduledEventID,
            attempt: task.attempt,
            worker: task.worker,
            details: details,
            now: now
        )
    }
}
