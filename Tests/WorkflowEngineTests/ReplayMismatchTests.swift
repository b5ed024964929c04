import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore
import WorkflowTesting

private let poke = Signal<Int>("poke")

private struct Deployed: Workflow {
    static let name = "Order"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        let first = try await workflow.execute(Work.self, "reserve")
        _ = try await workflow.next(poke)
        return first + " " + (try await workflow.execute(Work.self, "ship"))
    }
}

/// The same workflow after a careless change: a timer where the history has an activity.
private struct Careless: Workflow {
    static let name = "Order"
    static let line = #line + 2
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        try await workflow.sleep(for: .seconds(5))
        _ = try await workflow.next(poke)
        return try await workflow.execute(Work.self, "ship")
    }
}

/// The same workflow after a change of types: what was recorded cannot be read any more.
private struct Retyped: Workflow {
    static let name = "Order"
    func run(_ workflow: WorkflowContext, input: [String: Int]) async throws -> String { "" }
}

private enum WorkAsNumber: ActivityContract {
    typealias Input = String
    typealias Output = Int
    static let name = "Work"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(10))
}

private struct RetypedResult: Workflow {
    static let name = "Order"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        _ = try await workflow.execute(WorkAsNumber.self, "reserve")
        return ""
    }
}

private struct RetypedSignal: Workflow {
    static let name = "Order"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        _ = try await workflow.execute(Work.self, "reserve")
        return try await workflow.next(Signal<String>("poke"))
    }
}

private struct Throws: Workflow {
    struct NoStock: Error, Codable, CustomStringConvertible {
        var item: String
        var description: String { "no \(item) in stock" }
    }
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        switch input {
        case 1: throw NoStock(item: "amplifier")
        case 2: throw ApplicationError("no credit", type: "Payment", nonRetryable: true)
        default: return try await workflow.execute(Work.self, "x")
        }
    }
}

/// Starts an order with the deployed code and stops its worker while the order waits for a signal.
private func order(
    _ database: WorkflowDatabase,
    _ clock: VirtualClock
) async throws -> WorkflowHandle<Deployed> {
    try await TestEnvironment.run(
        database: database,
        clock: clock,
        configuration: .test(),
        workflows: [Deployed.self],
        activities: [Does.echo]
    ) { test in
        let run = try await test.client.start(Deployed.self, id: "order", input: 1)
        try await test.waits(run, for: "signal")
        return run
    }
}

@Suite("Failures and blocked runs", .timeLimit(.minutes(1))) struct ReplayMismatchTests {
    @Test(
        "an error thrown by run fails the workflow with its type, message and details",
        arguments: [(1, "NoStock", "no amplifier in stock"), (2, "Payment", "no credit")]
    )
    func failed(input: Int, type: String, message: String) async throws {
        try await withEngine([Throws.self]) { test in
            let run = try await test.client.start(Throws.self, id: "f", input: input)
            let end = try await ending { try await run.result() }
            #expect(end.status == .failed)
            #expect(end.failure?.message == message)
            guard case .application(let application) = end.failure?.kind else {
                Issue.record("not an application failure: \(end)")
                return
            }
            #expect(application.type == type)
            #expect(try await run.history().last?.type == .workflowExecutionFailed)
        }
    }

    @Test(
        "code that differs from history blocks the run, appends nothing, and says what differs where",
        arguments: StoreKind.allCases
    )
    func mismatch(kind: StoreKind) async throws {
        try await kind.withDatabase { database in
            let clock = VirtualClock()
            let run = try await order(database, clock)
            let before = try await database.store.history(of: run.record().reference.key, from: 1)
            try await run.signal(poke, 1)
            try await TestEnvironment.run(
                database: database,
                clock: clock,
                configuration: .test(),
                workflows: [Careless.self],
                activities: [Does.echo]
            ) { test in
                let reason = try await test.blocked(run)
                #expect(reason.code == "not-deterministic")
                #expect(reason.eventID == 5)
                #expect(reason.message.contains("event 5"))
                #expect(reason.message.contains(#"history recorded "schedule activity Work""#))
                #expect(reason.message.contains(#"the code attempted "start timer 5.0 seconds""#))
                #expect(reason.location == "WorkflowEngineTests/ReplayMismatchTests.swift:\(Careless.line)")
                #expect(reason.message.contains(reason.location ?? "?"))
                let after = try await test.bytes(of: run)
                #expect(after == before)
                #expect(try await run.status == .running)
                #expect(try await run.record().inboxCount == 1)
            }
            // The code is corrected: the run goes on as if nothing had happened.
            try await TestEnvironment.run(
                database: database,
                clock: clock,
                configuration: .test(),
                workflows: [Deployed.self],
                activities: [Does.echo]
            ) { test in
                let result = try await run.result()
                #expect(result == "reserve ship")
                #expect(Array(try await test.bytes(of: run).prefix(before.count)) == before)
                #expect(try await run.record().blocked == nil)
            }
        }
    }

    @Test("a blocked run is tried again after 10 s, then 20 s, and a worker with corrected code does not wait")
    func retries() async throws {
        try await StoreKind.memory.withDatabase { database in
            let clock = VirtualClock()
            let run = try await order(database, clock)
            try await TestEnvironment.run(
                database: database,
                clock: clock,
                configuration: .test(),
                workflows: [Careless.self]
            ) { test in
                try await run.signal(poke, 1)
                for (count, pause) in [(1, 10), (2, 20), (3, 40)] {
                    let reason = try await test.blocked(run, times: count)
                    #expect(reason.count == count)
                    #expect(try await run.record().wakeAt == clock.now + .seconds(pause))
                    clock.advance(by: .seconds(pause))
                }
            }
        }
    }

    @Test("code that ends too early or goes on too long is a mismatch, too")
    func earlyAndLate() async throws {
        try await withEngine([Deployed.self], [Does.echo]) { test in
            let run = try await test.client.start(Deployed.self, id: "o", input: 1)
            try await run.signal(poke, 1)
            _ = try await run.result()
            let history = try await run.history()
            try WorkflowReplayer([Deployed.self]).replay(history)
            let early = #expect(throws: ReplayMismatch.self) { try WorkflowReplayer([Early.self]).replay(history) }
            #expect(early?.recorded == .scheduleActivity(type: "Work"))
            #expect(early?.attempted == .completeWorkflow)
            let late = #expect(throws: ReplayMismatch.self) { try WorkflowReplayer([Late.self]).replay(history) }
            #expect(late?.recorded == .completeWorkflow)
            #expect(late?.attempted == .startTimer(milliseconds: 1000))
        }
    }

    @Test(
        "a recorded value the code cannot decode blocks the run and names what and as which type",
        arguments: [
            (0, "the input of workflow Order", "Dictionary<String, Int>"),
            (1, "the result of activity Work", "Int"), (2, "a value of signal poke", "String"),
        ]
    )
    func undecodable(which: Int, what: String, type: String) async throws {
        let codes: [any Workflow.Type] = [Retyped.self, RetypedResult.self, RetypedSignal.self]
        try await StoreKind.memory.withDatabase { database in
            let clock = VirtualClock()
            let run = try await order(database, clock)
            try await run.signal(poke, 1)
            let before = try await database.store.history(of: run.record().reference.key, from: 1)
            try await TestEnvironment.run(
                database: database,
                clock: clock,
                configuration: .test(),
                workflows: [codes[which]],
                activities: [Does.echo]
            ) { test in
                let reason = try await test.blocked(run)
                #expect(reason.code == "payload-not-decodable")
                #expect(reason.message.hasPrefix("\(what) cannot be decoded as \(type)"))
                #expect(try await test.bytes(of: run) == before)
            }
        }
    }
}

private struct Early: Workflow {
    static let name = "Order"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String { "done" }
}

private struct Late: Workflow {
    static let name = "Order"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> String {
        let result = try await Deployed().run(workflow, input: input)
        try await workflow.sleep(for: .seconds(1))
        return result
    }
}
