import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore
import WorkflowTesting

private let poke = Signal<Int>("poke")

private struct Waits: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        async let echo = workflow.execute(Work.self, "x")
        let value = try await workflow.next(poke)
        return try await "\(echo) \(value)"
    }
}

private struct Answers: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int { input + 1 }
}

private struct Leaves: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Nothing {
        await Task.detached {}.value
        return Nothing()
    }
}

@Suite("Starting in the worker's process", .timeLimit(.minutes(1)))
struct StartInWorkerTests {
    @Test("when start returns, the code has come to its first wait", arguments: StoreKind.allCases)
    func together(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Waits.self], [Does.echo]) { test in
            for number in 0..<20 {
                let run = try await test.client.start(Waits.self, id: WorkflowID("w \(number)"))
                let record = try await run.record()
                #expect(record.reference.key.rawValue > 0 && record.owner != .nobody)
                #expect(try await run.history().count(of: .activityTaskScheduled) == 1)
                try await run.signal(poke, number)
                #expect(try await run.result() == "x \(number)")
                try WorkflowReplayer([Waits.self]).replayEveryPrefix(try await run.history())
            }
        }
    }

    @Test("a run that ends without waiting has its result", arguments: StoreKind.allCases)
    func endsAtOnce(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Answers.self]) { test in
            let run = try await test.client.start(Answers.self, id: "a", input: 41)
            #expect(try await run.record().status == .completed)
            #expect(try await run.result() == 42)
        }
    }

    @Test("a start that is refused leaves nothing behind, and takes no slot", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Waits.self], [Does.echo], configuration: .test(slots: 1)) { test in
            let run = try await test.client.start(Waits.self, id: "w")
            try await test.event(.activityTaskCompleted, in: run)
            let before = try await run.history()
            for _ in 0..<3 {
                let error = await #expect(throws: EngineError.self) {
                    try await test.client.start(Waits.self, id: "w")
                }
                #expect(error?.code == "workflow-already-started")
            }
            #expect(try await run.history() == before)
            let next = try await test.client.start(Waits.self, id: "next")
            try await next.signal(poke, 1)
            #expect(try await next.result() == "x 1")
        }
    }

    @Test("code that leaves the workflow at once is started all the same, and blocked")
    func blocked() async throws {
        try await withEngine([Leaves.self]) { test in
            let run = try await test.client.start(Leaves.self, id: "l")
            try await test.until { try await run.record().blocked != nil }
            let blocked = try #require(try await run.record().blocked)
            #expect(blocked.code == "off-executor-wait" && blocked.count == 1)
            #expect(try await run.history().map(\.type) == [.workflowExecutionStarted])
        }
    }

    @Test("with options that expect a run it is left to whoever claims it")
    func expectingARun() async throws {
        try await withEngine([Waits.self], [Does.echo]) { test in
            let options = StartOptions(conflictPolicy: .useExisting)
            let first = try await test.client.start(Waits.self, id: "w", options: options)
            let second = try await test.client.start(Waits.self, id: "w", options: options)
            #expect(try await first.record().reference == second.record().reference)
            try await second.signal(poke, 7)
            #expect(try await first.result() == "x 7")
        }
    }

    @Test("a worker that has stopped starts like any other client")
    func stopped() async throws {
        try await StoreKind.sqlite.withDatabase { database in
            let worker = try await TestEnvironment.run(database: database, workflows: [Answers.self]) { $0.worker }
            let run = try await worker.client.start(Answers.self, id: "a", input: 1)
            #expect(try await run.record().owner == .nobody)
            let result = try await TestEnvironment.run(database: database, workflows: [Answers.self]) { _ in
                try await run.result()
            }
            #expect(result == 2)
        }
    }

    private static func start(_ count: Int, with client: WorkflowClient) async throws {
        for number in 0..<count {
            _ = try await client.start(Answers.self, id: WorkflowID("a \(number)"), input: number)
        }
    }

    @Test("starts that meet a worker's end are all made, each once", arguments: [1, 2, 3])
    func whileStopping(round: Int) async throws {
        try await StoreKind.sqlite.withDatabase { database in
            let starting = try await TestEnvironment.run(database: database, workflows: [Answers.self]) { test in
                let starting = Task { try await Self.start(200, with: test.client) }
                try await test.until { try await database.store.countRuns(RunFilter()).values.reduce(0, +) > round * 5 }
                return starting
            }
            try await starting.value
            let results = try await TestEnvironment.run(database: database, workflows: [Answers.self]) { test in
                var results: [Int] = []
                for number in 0..<200 {
                    let run = test.client.handle(Answers.self, id: WorkflowID("a \(number)"))
                    results.append(try await run.result())
                }
                return results
            }
            #expect(results == Array(1...200))
            let counts = try await database.store.countRuns(RunFilter())
            #expect(counts == [.completed: 200])
        }
    }
}
