import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore
import WorkflowTesting

private let poke = Signal<Int>("poke")

/// Activities, a timer and a signal, one after the other.
private struct Mixed: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        async let side = workflow.execute(Work.self, "side \(input)")
        let first = try await workflow.execute(Work.self, "first")
        try await workflow.sleep(for: .seconds(input + 1))
        let value = try await workflow.next(poke)
        return try await "\(first) \(value) \(side)"
    }
}

/// Catches everything and goes on as if nothing had happened.
private struct Stubborn: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        var failures = 0
        while failures < 3 {
            do {
                _ = try await workflow.next(poke)
                return failures
            } catch {
                failures += 1
                _ = try? await workflow.execute(Work.self, "recorded by mistake")
            }
        }
        return -1
    }
}

/// Never gives up: swallows the error in an endless loop.
private struct Endless: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        while true {
            if let value = try? await workflow.next(poke) { return value }
        }
    }
}

private struct Echo: Workflow {
    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        try await workflow.execute(Work.self, input)
    }
}

@Suite("Ownership", .timeLimit(.minutes(1))) struct OwnershipTests {
    @Test("with room for one run in memory, fifty runs come to their end by cold replay", arguments: StoreKind.allCases)
    func coldReplay(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Mixed.self], [Does.echo], configuration: .test(cached: 1)) { test in
            var runs: [WorkflowHandle<Mixed>] = []
            for index in 0..<50 {
                runs.append(try await test.client.start(Mixed.self, id: WorkflowID("m \(index)"), input: index))
            }
            for (index, run) in runs.enumerated() { try await run.signal(poke, index) }
            for (index, run) in runs.enumerated() {
                #expect(try await test.resultSkippingTime(of: run) == "first \(index) side \(index)")
                try WorkflowReplayer([Mixed.self]).replayEveryPrefix(try await run.history())
            }
        }
    }

    @Test("eviction records nothing, whatever catch blocks do")
    func evictionIsNotCancellation() async throws {
        try await withEngine([Stubborn.self, Endless.self], [Does.echo], configuration: .test(cached: 1)) { test in
            var runs: [WorkflowHandle<Stubborn>] = []
            let endless = try await test.client.start(Endless.self, id: "endless")
            try await test.waits(endless, for: "signal")
            for index in 0..<10 {
                let run = try await test.client.start(Stubborn.self, id: WorkflowID("s \(index)"))
                try await test.waits(run, for: "signal")
                runs.append(run)
            }
            let oldest = try #require(runs.first)
            try await test.until { try await oldest.record().owner == .nobody }
            try await test.until { try await endless.record().owner == .nobody }
            for run in runs {
                #expect(try await run.history().count == 4)
                try await run.signal(poke, 1)
                #expect(try await run.result() == 0)
            }
            try await endless.signal(poke, 7)
            #expect(try await endless.result() == 7)
        }
    }

    @Test("two workers on one file: when one stops, its runs and activities go on in the other")
    func handover() async throws {
        try await DatabaseFolder.with { folder in
            try await folder.opened { first in
                try await folder.opened { second in
                    try await handOver(from: first, to: second)
                }
            }
        }
    }

    private func handOver(from first: WorkflowDatabase, to second: WorkflowDatabase) async throws {
        let clock = VirtualClock()
        let gate = Gate()
        let hangs = Does { _, _ in
            try await gate.pass()
            return "never"
        }
        let run = try await TestEnvironment.run(
            database: first,
            clock: clock,
            configuration: .test(identity: "first"),
            workflows: [Mixed.self],
            activities: [hangs]
        ) { test in
            let run = try await test.client.start(Mixed.self, id: "m", input: 1)
            await gate.entered(2)
            return run
        }
        #expect(try await run.record().owner == .nobody)
        try await TestEnvironment.run(
            database: second,
            clock: clock,
            configuration: .test(identity: "second"),
            workflows: [Mixed.self],
            activities: [Does.echo]
        ) { test in
            try await run.signal(poke, 3)
            let other = test.client.handle(Mixed.self, id: "m")
            #expect(try await test.resultSkippingTime(of: other) == "first 3 side 1")
            let attempts = try await test.attempts(of: other)
            #expect(Set(attempts.filter { $0.outcome == "completed" }.map(\.identity)) == ["second"])
        }
    }

    @Test("whatever an activity throws because its worker stops is tried again elsewhere, even a final error")
    func stoppedActivity() async throws {
        let gate = Gate()
        let stops = Does { _, _ in
            do { try await gate.pass() } catch {
                throw ApplicationError("gone", type: "Gone", nonRetryable: true, cause: error)
            }
            return "never"
        }
        try await StoreKind.sqlite.withDatabase { database in
            let clock = VirtualClock()
            let run = try await echoing(on: database, clock, stops) { test in
                let run = try await test.client.start(Echo.self, id: "e", input: "x")
                await gate.entered()
                return run
            }
            try await echoing(on: database, clock, .echo) { test in
                let result = try await test.resultSkippingTime(of: run)
                #expect(result == "x")
                #expect(try await test.attempts(of: run).map(\.outcome) == ["failed", "completed"])
            }
        }
    }

    private func echoing<Value>(
        on database: WorkflowDatabase,
        _ clock: VirtualClock,
        _ activity: Does<Work>,
        _ body: (TestEnvironment) async throws -> Value
    ) async throws -> Value {
        try await TestEnvironment.run(
            database: database,
            clock: clock,
            configuration: .test(),
            workflows: [Echo.self],
            activities: [activity],
            body
        )
    }

    @Test("an activity that throws CancellationError of its own accord fails as with any other error")
    func pretendedCancellation() async throws {
        let pretends = Does { _, context in
            if context.attempt == 1 { throw CancellationError() }
            return context.lastFailure?.message ?? ""
        }
        try await withEngine([Echo.self], [pretends]) { test in
            let run = try await test.client.start(Echo.self, id: "e", input: "x")
            let message = try await test.resultSkippingTime(of: run)
            #expect(message.contains("CancellationError") && !message.contains("shut down"))
        }
    }

    @Test("a commit of an owner that has lost the run changes nothing", arguments: StoreKind.allCases)
    func staleOwner(kind: StoreKind) async throws {
        try await kind.withDatabase { database in
            let store = database.store
            let run = try await WorkflowClient(database).start(Mixed.self, id: "m", input: 1)
            let old = try await register(store)
            let claim = try #require(try await store.claimRuns(self.claim(old)).first)
            try await store.removeWorker(old, at: .never)
            let new = try await register(store)
            let newClaim = try #require(try await store.claimRuns(self.claim(new)).first)
            #expect(newClaim.epoch > claim.epoch)
            let before = try await store.history(of: claim.reference.key, from: 1)
            for (worker, epoch) in [(old, claim.epoch), (new, claim.epoch), (old, newClaim.epoch)] {
                let event = HistoryEvent(id: 2, time: .distantPast, attributes: .workflowTaskScheduled)
                let commit = ActivationCommit(
                    run: claim.reference.key,
                    epoch: epoch,
                    worker: worker,
                    now: .distantPast,
                    firstEventID: 2,
                    nextEventID: 3,
                    events: HistoryCoding.encode([event])
                )
                let outcome = try await withCheckedThrowingContinuation { continuation in
                    store.commit([PendingCommit(commit) { continuation.resume(with: $0) }])
                }
                #expect(outcome == .ownershipLost)
            }
            #expect(try await store.history(of: claim.reference.key, from: 1) == before)
            #expect(try await run.record().owner == new)
        }
    }

    private func register(_ store: any WorkflowStore) async throws -> WorkerKey {
        try await store.registerWorker(
            WorkerRegistration(
                identity: "w",
                processID: 1,
                buildID: "",
                workflowTypes: ["Mixed"],
                activityTypes: [],
                queues: [.default],
                now: .distantPast
            )
        )
    }

    private func claim(_ worker: WorkerKey) -> ClaimRunsRequest {
        ClaimRunsRequest(
            worker: worker,
            queues: [.default],
            types: ["Mixed"],
            limit: 10,
            now: Timestamp(milliseconds: .max - 1)
        )
    }
}
