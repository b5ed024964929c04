import Testing
import WorkflowCore
import WorkflowStore

/// A started task that its run carries is a task like any other, except that nobody else has to watch it.
@Suite("Carried tasks", .timeLimit(.minutes(1)))
struct CarriedTaskTests {
    /// A run with an activity in its own queue, started by its owner as event 2.
    private func carrying(_ store: any WorkflowStore, input: Int = 2) async throws -> OwnedRun {
        var scheduled = ActivityTaskScheduled.sample(queue: "default", startToClose: .milliseconds(10))
        scheduled.input = Payload(data: Array(repeating: 7, count: input))
        return try await store.startWithTask("w", scheduled, startedByOwner: true)
    }

    @Test("it is listed and counted, but neither overdue nor due", arguments: StoreKind.allCases)
    func visible(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await carrying(store)
            let task = try await store.task(run)
            #expect(task.isCarried && task.state == .started && task.worker == run.worker && task.attempt == 1)
            #expect(task.deadline == at(10) && task.deadlineType == .startToClose)
            #expect(try await store.countTasks(in: "default") == TaskCounts(waiting: 0, started: 1))
            #expect(try await store.countTasks(in: "activities") == TaskCounts(waiting: 0, started: 0))
            #expect(try await store.overdueTasks(at: at(99), limit: 9).isEmpty)
            #expect(try await store.nextDue(for: run.worker, queues: ["default"], types: ["Order"]) == nil)
        }
    }

    @Test(
        "with a large input, or in another queue, it is not carried",
        arguments: StoreKind.allCases,
        [
            (NewTask.carriedInputLimit, "default", true), (NewTask.carriedInputLimit + 1, "default", false),
            (1, "other", false),
        ]
    )
    func rule(kind: StoreKind, testCase: (input: Int, queue: TaskQueue, isCarried: Bool)) async throws {
        try await kind.withStore { store in
            var scheduled = ActivityTaskScheduled.sample(queue: testCase.queue)
            scheduled.input = Payload(data: Array(repeating: 7, count: testCase.input))
            let run = try await store.startWithTask("w", scheduled, startedByOwner: true)
            #expect(try await store.task(run).isCarried == testCase.isCarried)
        }
    }

    @Test("its end leaves the attempt, and stale ends change nothing", arguments: StoreKind.allCases)
    func ending(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await carrying(store)
            func end(attempt: Int) -> ActivationCommit {
                var activation = run.activation(at: at(7))
                let outcome = ActivityOutcome(
                    scheduledEventID: 2,
                    attempt: attempt,
                    identity: "me",
                    startedTime: at(0),
                    result: .completed(nil)
                )
                activation.endedAttempts = [EndedAttempt(outcome: outcome, endedAt: at(6))]
                return activation
            }
            #expect(try await store.commit(end(attempt: 2)) == .staleAttempt)
            #expect(try await store.task(run).isCarried)
            #expect(try await store.commit(end(attempt: 1)) == .committed)
            #expect(try await store.tasks(of: run.key).isEmpty)
            let attempt = try #require(try await store.attempts(of: run.key).first)
            #expect(attempt.outcome == "completed" && attempt.identity == "me" && attempt.activityType == "Charge")
            #expect(attempt.startedAt == at(0) && attempt.endedAt == at(6) && attempt.attempt == 1)
        }
    }

    enum Event: String, CaseIterable, Sendable {
        case heartbeat, retry, cancelRequest, release, givenUpByCommit, workerRemoved

        func happen(to run: OwnedRun, _ store: any WorkflowStore) async throws {
            var activation = run.activation(at: at(5))
            switch self {
            case .heartbeat:
                #expect(try await store.heartbeat(Self.beat(of: run)) == .recorded(cancelRequested: false))
            case .retry:
                let task = try await store.task(run)
                let report = AttemptReport(task, worker: run.worker, at: at(5), .retry(.sample, visibleAt: at(50)))
                #expect(try await store.report(report) == .accepted)
            case .cancelRequest:
                activation.cancelledTasks = [2]
                try await store.expectCommitted(activation)
            case .release: try await store.release(ReleaseRequest(run: run.key, epoch: 1, wakeAt: .never))
            case .givenUpByCommit:
                activation.releases = true
                try await store.expectCommitted(activation)
            case .workerRemoved:
                try await store.removeWorker(run.worker, at: at(5))
                #expect(try await store.task(run).attempt == 2)
            }
        }

        private static func beat(of run: OwnedRun) -> Heartbeat {
            Heartbeat(run: run.key, scheduledEventID: 2, attempt: 1, worker: run.worker, details: nil, now: at(5))
        }
    }

    @Test("it is watched by everybody once more has happened to it", arguments: StoreKind.allCases, Event.allCases)
    func putDown(kind: StoreKind, event: Event) async throws {
        try await kind.withStore { store in
            let run = try await carrying(store)
            try await event.happen(to: run, store)
            #expect(try await store.task(run).isCarried == false)
            // The next attempt of one that has ended waits, which no limit ends here.
            let hasEnded = event == .retry || event == .workerRemoved
            #expect(try await store.nextDue(for: run.worker, queues: [], types: []) != nil || hasEnded)
            #expect(try await store.overdueTasks(at: at(99), limit: 9).count == (hasEnded ? 0 : 1))
        }
    }

    @Test("a stale word about it leaves it where it is", arguments: StoreKind.allCases)
    func stale(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await carrying(store)
            var task = try await store.task(run)
            task.attempt = 2
            let report = AttemptReport(task, worker: run.worker, at: at(5), .retry(.sample, visibleAt: at(50)))
            #expect(try await store.report(report) == .stale)
            #expect(try await store.task(run).isCarried)
        }
    }

    @Test("a terminated run abandons it", arguments: StoreKind.allCases)
    func terminated(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await carrying(store)
            let request = TerminateRequest(target: RunTarget("w"), reason: "r", identity: "i", now: at(8))
            #expect(try await store.terminate(request) == .accepted(run.reference))
            #expect(try await store.tasks(of: run.key).isEmpty)
            #expect(try await store.attempts(of: run.key).map(\.outcome) == ["abandoned"])
            #expect(try await store.countTasks(in: "default") == TaskCounts(waiting: 0, started: 0))
        }
    }
}
