import Testing
import WorkflowCore
import WorkflowStore

@Suite("Owning runs", .timeLimit(.minutes(1)))
struct OwnershipTests {
    @Test("runs are claimed by queue, type and time, earliest first", arguments: StoreKind.allCases)
    func claims(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register()
            _ = try await store.start(StartRequest("late", at: at(30)))
            _ = try await store.start(StartRequest("early", at: at(10)))
            _ = try await store.start(StartRequest("future", at: at(100)))
            _ = try await store.start(StartRequest("type", type: "Other", at: at(10)))
            _ = try await store.start(StartRequest("queue", queue: "other", at: at(20)))
            #expect(try await store.claim(worker, at: at(50), limit: 0).isEmpty)
            let request = ClaimRunsRequest(
                worker: worker,
                queues: ["other", "default", "default"],
                types: ["Order"],
                limit: 2,
                now: at(50)
            )
            let first = try await store.claimRuns(request)
            #expect(first.map(\.reference.workflowID) == ["early", "queue"])
            #expect(first.map(\.epoch) == [1, 1] && first.map(\.taskQueue) == ["default", "other"])
            #expect(try await store.claimRuns(request).map(\.reference.workflowID) == ["late"])
            #expect(try await store.claimRuns(request).isEmpty)
            #expect(try await store.run(RunTarget("early"))?.owner == worker)
        }
    }

    @Test(
        "a claim brings what the code of a new run needs, and nothing of one that has advanced",
        arguments: StoreKind.allCases
    )
    func beginnings(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register()
            let outcome = try await store.start(StartRequest("new", at: at(1)))
            _ = try await store.signal(SignalRequest("new", "a", at: at(2)))
            let advanced = try await store.startOwned("advanced", worker: worker)
            var activation = advanced.activation()
            activation.wakeAt = at(3)
            activation.releases = true
            try await store.expectCommitted(activation)

            let claimed = try await store.claim(worker, at: at(9))
            #expect(claimed.map(\.reference.workflowID) == ["new", "advanced"])
            guard case .started(let new) = outcome else { throw UnexpectedOutcome(what: "\(outcome)") }
            let beginning = try #require(claimed.first?.beginning)
            #expect(beginning.events == (try await store.history(of: new.key, from: 1).first?.events))
            #expect(beginning.inbox == (try await store.inbox(of: new.key)) && beginning.inbox.count == 1)
            #expect(claimed.last?.beginning == nil)
        }
    }

    @Test("workers that claim at the same time never get the same run", arguments: StoreKind.allCases)
    func concurrentClaims(kind: StoreKind) async throws {
        try await kind.withStore { store in
            for index in 0..<20 { _ = try await store.start(StartRequest(WorkflowID("w\(index)"))) }
            for number in 1...10 { _ = try await store.register("\(number)") }
            let claimed = try await withThrowingTaskGroup(of: [ClaimedRun].self) { group in
                for worker in 1...10 {
                    group.addTask { try await store.claim(WorkerKey(Int64(worker)), at: at(9), limit: 3) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 20 && Set(claimed.map(\.reference.key)).count == 20)
        }
    }

    @Test("a released run is claimable at its time, with a higher epoch", arguments: StoreKind.allCases)
    func release(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            try await store.release(ReleaseRequest(run: run.key, epoch: 1, wakeAt: at(100)))
            #expect(try await store.commit(run.activation()) == .ownershipLost)
            #expect(try await store.claim(run.worker, at: at(99)).isEmpty)
            #expect(try await store.claim(run.worker, at: at(100)).map(\.epoch) == [2])
        }
    }

    @Test("a run given up with unread messages is due since the oldest", arguments: StoreKind.allCases)
    func releaseWithMessages(kind: StoreKind) async throws {
        try await kind.withStore { store in
            for commits in [false, true] {
                let id: WorkflowID = commits ? "commits" : "releases"
                let run = try await store.startOwned(id)
                _ = try await store.signal(SignalRequest(id, "a", at: at(7)))
                _ = try await store.signal(SignalRequest(id, "b", at: at(8)))
                if commits {
                    var activation = run.activation()
                    activation.consumedInbox = [1]
                    activation.wakeAt = at(1000)
                    activation.releases = true
                    try await store.expectCommitted(activation)
                } else {
                    try await store.release(ReleaseRequest(run: run.key, epoch: 1, wakeAt: .never))
                }
                let record = try #require(try await store.run(RunTarget(id)))
                #expect(record.owner == .nobody && record.wakeAt == (commits ? at(8) : at(7)))
            }
        }
    }

    static let reason = BlockedReason(
        code: "not-deterministic",
        message: "m",
        eventID: 3,
        location: "Order.swift:4",
        time: at(5),
        count: 2
    )

    @Test("a blocked run waits for its time, messages or not", arguments: StoreKind.allCases)
    func blocked(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startOwned()
            _ = try await store.signal(SignalRequest("w", "a", at: at(7)))
            try await store.release(
                ReleaseRequest(run: run.key, epoch: 1, wakeAt: at(100), blocked: Self.reason)
            )
            let record = try #require(try await store.run(RunTarget("w")))
            #expect(record.blocked == Self.reason && record.wakeAt == at(100))
            #expect(try await store.claim(run.worker, at: at(50)).isEmpty)
            #expect(try await store.claim(run.worker, at: at(100)).count == 1)
            run.epoch = 2
            #expect(try await store.run(RunTarget("w"))?.blocked == Self.reason)
            try await store.expectCommitted(run.activation())
            #expect(try await store.run(RunTarget("w"))?.blocked == nil)
        }
    }

    @Test("new code makes blocked runs of its types due", arguments: StoreKind.allCases)
    func retryBlocked(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register()
            for id in ["a", "b", "owned"] as [WorkflowID] {
                let run = try await store.startOwned(id, worker: worker)
                try await store.release(
                    ReleaseRequest(run: run.key, epoch: 1, wakeAt: id == "owned" ? at(0) : .never, blocked: Self.reason)
                )
            }
            _ = try await store.startOwned("not-blocked", worker: worker)
            #expect(try await store.claim(worker, at: at(1)).count == 1)
            #expect(try await store.retryBlockedRuns(types: ["Other"], at: at(9)) == 0)
            #expect(try await store.retryBlockedRuns(types: ["Order"], at: at(9)) == 2)
            #expect(try await store.claim(worker, at: at(9)).map(\.reference.workflowID) == ["a", "b"])
        }
    }

    @Test(
        "of a removed worker's runs those are due that have work, and the others at their earliest timer",
        arguments: StoreKind.allCases
    )
    func freedRuns(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register()
            let times: [WorkflowID: Timestamp] = ["timer": at(70), "waiting": .never, "message": .never]
            for id in ["fresh", "message", "timer", "waiting"] as [WorkflowID] {
                let run = try await store.startOwned(id, worker: worker)
                guard let time = times[id] else { continue }
                var activation = run.activation(0)
                activation.wakeAt = time
                try await store.expectCommitted(activation)
            }
            _ = try await store.signal(SignalRequest("message", "s", at: at(20)))
            try await store.removeWorker(worker, at: at(50))

            let other = try await store.register("other")
            #expect(try await store.claim(other, at: at(50)).map(\.reference.workflowID) == ["fresh", "message"])
            #expect(try await store.nextDue(for: other, queues: ["default"], types: ["Order"]) == at(70))
            #expect(try await store.claim(other, at: at(70)).map(\.reference.workflowID) == ["timer"])
            _ = try await store.signal(SignalRequest("waiting", "s", at: at(90)))
            #expect(try await store.claim(other, at: at(90)).map(\.reference.workflowID) == ["waiting"])
        }
    }

    @Test("a removed worker's attempts end with it, and are tried again at once", arguments: StoreKind.allCases)
    func removeWorker(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask(startedByOwner: true)
            let other = try await store.register("other")
            #expect(try await store.workers().map(\.isAlive) == [true, true])

            try await store.removeWorker(run.worker, at: at(50))
            #expect(try await store.workers().map(\.key) == [other])
            #expect(try await store.commit(run.activation()) == .ownershipLost)
            let task = try await store.task(run)
            #expect(task.state == .waiting && task.attempt == 2 && task.visibleAt == at(50))
            let attempt = try #require(try await store.attempts(of: run.key).first)
            #expect(attempt.outcome == "worker-lost" && attempt.identity == "worker" && attempt.endedAt == at(50))
            #expect(attempt.failure == task.lastFailure)
            let end = AttemptReport(task, worker: run.worker, at: at(51), .ended(.completed(nil)))
            #expect(try await store.report(end) == .stale)

            let before = try await StoreDump(store)
            try await store.removeWorker(run.worker, at: at(60))
            #expect(try await StoreDump(store) == before)
            #expect(try await store.claimActivities(other, at: at(50)).map(\.attempt) == [2])
        }
    }

    @Test("a worker that was removed gets neither runs nor tasks", arguments: StoreKind.allCases)
    func claimsOfRemoved(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask()
            _ = try await store.start(StartRequest("new"))
            let other = try await store.register("other")
            try await store.removeWorker(run.worker, at: at(5))
            let before = try await StoreDump(store)
            #expect(try await store.claim(run.worker, at: at(9)).isEmpty)
            let none = try await store.claimWithRuns(run.worker, at: at(9))
            #expect(none == ClaimedTasks(tasks: [], runs: []))
            #expect(try await StoreDump(store) == before)
            #expect(try await store.claimWithRuns(other, at: at(9)).tasks.count == 1)
            #expect(try await store.claim(other, at: at(9)).count == 1)
        }
    }

    @Test("a removed worker's last attempt, or one asked to stop, is told to its run", arguments: StoreKind.allCases)
    func lastAttemptLost(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var once = ActivityTaskScheduled.sample()
            once.retryPolicy.maximumAttempts = 1
            let run = try await store.startWithTask("once", once, startedByOwner: true)
            let stopped = try await store.startWithTask("stopped", startedByOwner: true)
            var activation = stopped.activation()
            activation.cancelledTasks = [2]
            activation.wakeAt = .never
            try await store.expectCommitted(activation)
            try await store.removeWorker(run.worker, at: at(50))
            try await store.removeWorker(stopped.worker, at: at(50))
            for (run, state) in [(run, RetryState.maximumAttemptsReached), (stopped, .cancelRequested)] {
                #expect(try await store.tasks(of: run.key).isEmpty)
                let messages = try await store.inbox(of: run.key)
                guard case .activityEnded(let outcome)? = messages.first?.content,
                    case .failed(_, state) = outcome.result
                else { throw UnexpectedOutcome(what: "\(messages)") }
                #expect(outcome.identity == "worker" && outcome.attempt == 1)
            }
            let claimed = try await store.claim(try await store.register("other"), at: at(50))
            #expect(claimed.map(\.reference.workflowID) == ["once", "stopped"])
        }
    }
}
