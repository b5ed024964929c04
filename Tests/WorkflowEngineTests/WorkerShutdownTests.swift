import Logging
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private struct Follows: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.execute(Work.self, "x")
    }
}

/// Its next timer is due before the commit that starts it has ended.
private struct Restless: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Nothing {
        while true { try await workflow.sleep(for: .microseconds(1)) }
    }
}

@Suite("Activities that hear of a shutdown", .timeLimit(.minutes(1)))
struct WorkerShutdownTests {
    /// Runs one worker that would let activities go on for an hour.
    private func working<Value>(
        on database: WorkflowDatabase,
        _ clock: VirtualClock,
        _ activity: Does<Work>,
        _ body: (TestEnvironment) async throws -> Value
    ) async throws -> Value {
        var configuration = WorkerConfiguration.test()
        configuration.drainTimeout = .seconds(3600)
        return try await TestEnvironment.run(
            database: database,
            clock: clock,
            configuration: configuration,
            workflows: [Follows.self],
            activities: [activity],
            body
        )
    }

    /// Works until its worker shuts down.
    private func follows(_ gate: Gate) -> Does<Work> {
        Does { _, context in
            gate.open()
            try await gate.pass()
            await context.waitForWorkerShutdown()
            context.heartbeat(41)
            throw CancellationError()
        }
    }

    @Test("one without an end of its own hands itself back, and goes on at once elsewhere from its last details")
    func handsBack() async throws {
        let gate = Gate()
        let goesOn = Does { _, context in
            let details: Int? = try context.heartbeatDetails()
            return "\(details ?? 0) \(context.isWorkerShuttingDown) \(context.lastFailure?.message ?? "")"
        }
        try await StoreKind.sqlite.withDatabase { database in
            let clock = VirtualClock()
            let run = try await working(on: database, clock, follows(gate)) { test in
                let run = try await test.client.start(Follows.self, id: "f")
                await gate.entered()
                return run
            }
            try await working(on: database, clock, goesOn) { test in
                // No time passes: there was no back-off.
                let result = try await test.client.handle(Follows.self, id: "f").result()
                #expect(result == "41 false the worker was shut down while the activity ran")
                #expect(try await test.attempts(of: run).map(\.attempt) == [1, 2])
            }
        }
    }

    @Test("a run that always has something to do does not keep its worker from stopping")
    func restless() async throws {
        try await StoreKind.sqlite.withDatabase { database in
            let worker = Worker(
                database,
                configuration: .test(),
                workflows: [Restless.self],
                activities: [],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await worker.run() }
                let run = try await worker.client.start(Restless.self, id: "r")
                while try await run.history().count < 30 { await Task.yield() }
                group.cancelAll()
            }
            #expect(try await database.store.workers().isEmpty)
        }
    }

    @Test("the result, or another error, of one that has heard of it counts as ever", arguments: [true, false])
    func ends(returns: Bool) async throws {
        let gate = Gate()
        let ends = Does { _, context in
            gate.open()
            try await gate.pass()
            await context.waitForWorkerShutdown()
            if returns { return "\(context.isWorkerShuttingDown)" }
            throw ApplicationError("bad", type: "Bad", nonRetryable: true)
        }
        try await StoreKind.sqlite.withDatabase { database in
            let run = try await working(on: database, VirtualClock(), ends) { test in
                let run = try await test.client.start(Follows.self, id: "f")
                await gate.entered()
                return run
            }
            let client = WorkflowClient(database)
            let attempts = try await database.store.attempts(of: run.record().reference.key)
            #expect(attempts.map(\.outcome) == [returns ? "completed" : "failed"])
            let status = try await client.handle(Follows.self, id: "f").record().status
            #expect(status == (returns ? .completed : .failed))
        }
    }
}
