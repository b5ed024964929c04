import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")
private let progress = Published<Int>("progress")

private struct Draws: Workflow {
    struct Drawn: Codable, Sendable, Equatable {
        var ids: [String] = []
        var dice: [Int] = []
        var parts: [Double] = []
        var times: [Int64] = []
    }

    func run(_ workflow: WorkflowContext, input: Int) async throws -> Drawn {
        var drawn = Drawn()
        for _ in 0..<input {
            drawn.times.append(workflow.now.milliseconds)
            drawn.ids.append(workflow.uuid())
            drawn.dice.append(workflow.random(in: 1...6))
            drawn.parts.append(workflow.random(in: 0...1.0))
            drawn.times.append(workflow.now.milliseconds)
            _ = try await workflow.next(poke)
        }
        return drawn
    }
}

private struct Reports: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        for step in 1...3 {
            workflow.publish(step, as: progress)
            workflow.publish(step * 10, as: progress)
            _ = try await workflow.next(poke)
        }
        return 0
    }
}

/// What one line of log came from.
private let lines = Notes<String>()

private struct Logs: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        for step in 1...3 {
            Self.loudly(workflow).info("step \(step) of \(workflow.workflowID)")
            _ = try await workflow.next(poke)
        }
        return 0
    }

    private static func loudly(_ workflow: WorkflowContext) -> Logger { workflow.logger }
}

@Suite("Determinism kit", .timeLimit(.minutes(1))) struct DeterminismKitTests {
    @Test("now stands still in an activation; uuid and random are the same after a reload")
    func draws() async throws {
        try await StoreKind.memory.withDatabase { database in
            let clock = VirtualClock()
            let run = try await WorkflowClient(database, clock: clock).start(Draws.self, id: "d", input: 4)
            for step in 1...4 {
                // A new worker each time: everything before is replayed.
                try await TestEnvironment.run(
                    database: database,
                    clock: clock,
                    configuration: .test(),
                    workflows: [Draws.self]
                ) { test in
                    try await run.signal(poke, step)
                    try await test.until { try await run.record().inboxCount == 0 }
                }
                clock.advance(by: .seconds(1))
            }
            let drawn = try await run.result()
            #expect(Set(drawn.ids).count == 4)
            #expect(
                drawn.ids.allSatisfy {
                    $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
                }
            )
            #expect(drawn.dice.allSatisfy { (1...6).contains($0) })
            #expect(drawn.parts.allSatisfy { (0...1).contains($0) })
            let pairs = stride(from: 0, to: 8, by: 2).map { (drawn.times[$0], drawn.times[$0 + 1]) }
            #expect(pairs.allSatisfy { $0 == $1 })
            var generator = SeededGenerator(seed: try #require(run.runID).seed)
            #expect(drawn.ids.first == UUIDText.version4(using: &generator))
        }
    }

    @Test("two runs draw different values")
    func differs() async throws {
        try await withEngine([Draws.self]) { test in
            var ids: Set<String> = []
            for name in ["a", "b"] {
                let run = try await test.client.start(Draws.self, id: WorkflowID(name), input: 1)
                try await run.signal(poke, 1)
                ids.formUnion(try await run.result().ids)
            }
            #expect(ids.count == 2)
        }
    }

    @Test("published state is readable with no worker, after the file was opened again")
    func publishedWithoutWorker() async throws {
        try await DatabaseFolder.with { folder in
            try await folder.opened { database in
                try await TestEnvironment.run(
                    database: database,
                    configuration: .test(),
                    workflows: [Reports.self]
                ) { test in
                    let run = try await test.client.start(Reports.self, id: "p")
                    try await run.signal(poke, 1)
                    try await test.until { try await run.published(progress) == 20 }
                }
            }
            try await folder.opened { database in
                let run = WorkflowClient(database).handle(Reports.self, id: "p")
                let published = try await run.published(progress)
                #expect(published == 20)
                #expect(try await run.status == .running)
            }
        }
    }

    @Test("nothing is published before it is, and the last value of a run stays after its end")
    func publishedLast() async throws {
        try await withEngine([Reports.self]) { test in
            let run = try await test.client.start(Reports.self, id: "p")
            #expect(try await run.published(Published<Int>("other")) == nil)
            for step in 1...3 { try await run.signal(poke, step) }
            _ = try await run.result()
            #expect(try await run.published(progress) == 30)
        }
    }

    @Test("the logger is silent in replay: every line appears once")
    func silentLogger() async throws {
        LoggingSystem.bootstrap { label in
            let handler: any LogHandler = label == "workflow" ? NotingLogHandler() : SwiftLogNoOpLogHandler()
            return handler
        }
        try await StoreKind.memory.withDatabase { database in
            let clock = VirtualClock()
            let run = try await WorkflowClient(database, clock: clock).start(Logs.self, id: "logs")
            for step in 1...3 {
                try await TestEnvironment.run(
                    database: database,
                    clock: clock,
                    configuration: .test(),
                    workflows: [Logs.self]
                ) { test in
                    try await run.signal(poke, step)
                    try await test.until { try await run.record().inboxCount == 0 }
                }
            }
            #expect(lines.values == (1...3).map { "step \($0) of logs" })
        }
    }
}

private struct NotingLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.note("\(event.message)")
    }
}
