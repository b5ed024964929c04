import Synchronization
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

/// Ends the loops at the end of a test, so that no thread spins on.
private let isOver = Atomic(false)

private struct YieldsForever: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        while true { await Task.yield() }
    }
}

private struct SpinsForever: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        _ = try await workflow.execute(Work.self, "x")
        while !isOver.load(ordering: .relaxed) {}
        return 0
    }
}

private struct Calm: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        for _ in 0..<input { _ = try await workflow.execute(Work.self, "x") }
        return input
    }
}

@Suite("Code that does not yield", .timeLimit(.minutes(1)), .serialized) struct DeadlockTests {
    @Test("a loop of yields blocks its run; others go on")
    func yields() async throws {
        try await withEngine([YieldsForever.self, Calm.self], [Does.echo]) { test in
            let run = try await test.client.start(YieldsForever.self, id: "y")
            let reason = try await test.blocked(run)
            #expect(reason.code == "workflow-not-yielding")
            #expect(try await test.bytes(of: run).count == 1)
            let calm = try await test.client.start(Calm.self, id: "calm", input: 3)
            #expect(try await calm.result() == 3)
        }
    }

    @Test("a synchronous endless loop blocks its run; runs of the same moment go on, no result is lost")
    func spins() async throws {
        defer { isOver.store(true, ordering: .relaxed) }
        let gate = Gate()
        let activity = Does { input, _ in
            try await gate.pass()
            return input
        }
        let configuration = WorkerConfiguration.test(deadlock: .milliseconds(300))
        try await withEngine([SpinsForever.self, Calm.self], [activity], configuration: configuration) { test in
            let run = try await test.client.start(SpinsForever.self, id: "spin")
            var others: [WorkflowHandle<Calm>] = []
            for index in 0..<20 {
                others.append(try await test.client.start(Calm.self, id: WorkflowID("calm \(index)"), input: 3))
            }
            await gate.entered(21)
            gate.open()
            for other in others { #expect(try await other.result() == 3) }
            let reason = try await test.blocked(run)
            #expect(reason.code == "workflow-not-yielding")
            #expect(reason.message.contains("0.3 seconds"))
            #expect(reason.location?.hasPrefix("WorkflowEngineTests/DeadlockTests.swift:") == true)
            #expect(try await run.history().story == ["WorkflowExecutionStarted", "ActivityTaskScheduled"])
            // What the activity returned waits in the inbox: the next attempt finds it.
            try await test.until { try await run.record().inboxCount == 1 }
            isOver.store(true, ordering: .relaxed)
            test.clock.advance(by: .seconds(10))
            #expect(try await run.result() == 0)
        }
    }
}
