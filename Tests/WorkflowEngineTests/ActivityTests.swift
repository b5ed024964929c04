import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private struct Calls: Workflow {
    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        try await workflow.execute(Work.self, input)
    }
}

private struct Fails: Workflow {
    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        do {
            return try await workflow.execute(Work.self, input, options: .once)
        } catch let failure as Failure {
            guard case .activity(let context) = failure.kind else { return "wrong kind" }
            return "\(context.activityType) \(context.retryState): \(failure.rootCause.message)"
        }
    }
}

extension ActivityOptions {
    fileprivate static let once = ActivityOptions(startToCloseTimeout: .seconds(10), retryPolicy: .none)
}

private struct Broken: Error, Codable, CustomStringConvertible {
    let part: String
    var description: String { "\(part) is broken" }
}

private enum Typo: ActivityContract {
    typealias Input = Int
    typealias Output = Int
    static let name = "Work"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(10))
}

private struct SendsWrongInput: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        try await workflow.execute(Typo.self, input)
    }
}

private struct Careless: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.execute(Work.self, "x", options: ActivityOptions())
    }
}

@Suite("Activities", .timeLimit(.minutes(1))) struct ActivityTests {
    @Test("the workflow gets what the activity returns", arguments: StoreKind.allCases)
    func result(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Calls.self], [Does { input, _ in "<\(input)>" }]) { test in
            let run = try await test.client.start(Calls.self, id: "a", input: "x")
            #expect(try await run.result() == "<x>")
            #expect(
                try await run.history().story == [
                    "WorkflowExecutionStarted", "ActivityTaskScheduled", "ActivityTaskStarted",
                    "ActivityTaskCompleted", "WorkflowExecutionCompleted",
                ]
            )
        }
    }

    @Test("an error reaches the workflow as a chain that ends in it, with the activity's context on top")
    func failureChain() async throws {
        let activity = Does { _, _ in
            throw ApplicationError("no room", type: "Disk", cause: Broken(part: "sector 7"))
        }
        try await withEngine([Fails.self, Calls.self], [activity]) { test in
            let run = try await test.client.start(Fails.self, id: "a", input: "x")
            #expect(try await run.result() == "Work maximumAttemptsReached: sector 7 is broken")
            let event = try await test.event(.activityTaskFailed, in: run)
            guard case .activityTaskFailed(let failed) = event.attributes else { return }
            #expect(failed.retryState == .maximumAttemptsReached)
            #expect(failed.failure.chain.map(\.message) == ["no room", "sector 7 is broken"])
            guard case .application(let cause) = failed.failure.rootCause.kind else { return }
            #expect(cause.type == "Broken")
            #expect(cause.details?.text == #"{"part":"sector 7"}"#)
        }
    }

    @Test("an activity knows its attempt, its ids and a key that stays the same", arguments: StoreKind.allCases)
    func context(kind: StoreKind) async throws {
        let keys = Notes<String>()
        let activity = Does { _, context in
            keys.note(context.idempotencyKey)
            guard context.attempt == 2 else { throw Broken(part: "first") }
            return "\(context.workflowID) \(context.activityType) \(context.lastFailure?.message ?? "")"
        }
        try await withEngine(on: kind, [Calls.self], [activity]) { test in
            let run = try await test.client.start(Calls.self, id: "a", input: "x")
            #expect(try await test.resultSkippingTime(of: run) == "a Work first is broken")
            #expect(Set(keys.values).count == 1)
            #expect(keys.values.first?.hasPrefix(run.runID?.rawValue ?? "?") == true)
        }
    }

    @Test("a worker without the activity leaves it in the queue for one that has it", arguments: StoreKind.allCases)
    func unknownActivity(kind: StoreKind) async throws {
        try await kind.withDatabase { database in
            let clock = VirtualClock()
            try await TestEnvironment.run(database: database, clock: clock, workflows: [Calls.self]) { test in
                let run = try await test.client.start(Calls.self, id: "a", input: "x")
                try await test.event(.activityTaskScheduled, in: run)
                #expect(try await test.database.store.countTasks(in: .default).waiting == 1)
                try await TestEnvironment.run(
                    database: database,
                    clock: clock,
                    workflows: [],
                    activities: [Does.echo]
                ) { _ in
                    let result = try await run.result()
                    #expect(result == "x")
                }
            }
        }
    }

    @Test("an input the activity cannot decode is not tried again")
    func undecodableInput() async throws {
        try await withEngine([SendsWrongInput.self], [Does.echo]) { test in
            let run = try await test.client.start(SendsWrongInput.self, id: "a", input: 7)
            let error = try await ending { try await run.result() }
            #expect(error.status == .failed)
            guard case .application(let root) = error.failure?.rootCause.kind else {
                Issue.record("not an application failure: \(error)")
                return
            }
            #expect(root.type == "PayloadNotDecodable")
            #expect(try await test.attempts(of: run).count == 1)
        }
    }

    @Test("options without any time limit fail the workflow with a sentence that names activity and line")
    func invalidOptions() async throws {
        try await withEngine([Careless.self], [Does.echo]) { test in
            let run = try await test.client.start(Careless.self, id: "a")
            let error = try await ending { try await run.result() }
            #expect(error.description.contains("activity Work at WorkflowEngineTests/ActivityTests.swift:"))
            #expect(error.description.contains("startToCloseTimeout or scheduleToCloseTimeout"))
        }
    }
}
