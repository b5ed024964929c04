import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

/// Is blocked on first execution.
private struct Strays: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        await Task.detached { 0 }.value
    }
}

private struct Waits: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int { try await workflow.next(poke) }
}

@Suite("The time limit of a run", .timeLimit(.minutes(1))) struct RunTimeLimitTests {
    @Test("it ends a blocked run too, in time, with the messages it did not read", arguments: StoreKind.allCases)
    func blocked(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Strays.self]) { test in
            let options = StartOptions(runTimeout: .seconds(100))
            let run = try await test.client.start(Strays.self, id: "c", options: options)
            let start = try await run.record().startTime
            let first = try await test.blocked(run)
            #expect(first.since == first.time)
            try await run.signal(poke, 1)
            let again = try await test.blocked(run, times: 2)
            #expect(again.since == first.time)
            let end = try await ending { try await test.resultSkippingTime(of: run) }
            #expect(end.status == .timedOut)
            #expect(test.clock.now - start == .seconds(100))
            #expect(
                try await run.history().story == [
                    "WorkflowExecutionStarted", "WorkflowExecutionSignaled", "WorkflowExecutionTimedOut",
                ]
            )
        }
    }

    @Test("what operators see of a wait says since when")
    func since() async throws {
        try await withEngine([Waits.self], configuration: .test(cached: 0)) { test in
            let run = try await test.client.start(Waits.self, id: "c")
            try await test.waits(run, for: "signal")
            let started = try await run.record().startTime
            test.clock.advance(by: .seconds(50))
            #expect(try await run.record().waits.map(\.since) == [started])
        }
    }

    @Test("waiting for a result ends when the waiting task is cancelled")
    func cancelledWait() async throws {
        try await withEngine([Waits.self]) { test in
            let run = try await test.client.start(Waits.self, id: "c")
            try await test.waits(run, for: "signal")
            let waiting = Task { try await run.result() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            try await run.signal(poke, 4)
            #expect(try await run.result() == 4)
        }
    }
}
