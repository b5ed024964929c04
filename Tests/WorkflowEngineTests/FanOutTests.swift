import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

/// Starts many timers and cancels them all at once.
private struct Fans: Workflow {
    func run(_ workflow: WorkflowContext, input count: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count { group.addTask { try await workflow.sleep(for: .seconds(100 + index)) } }
            _ = try await workflow.next(poke)
            group.cancelAll()
        }
        return try await workflow.next(poke)
    }
}

@Suite("Many operations at once", .timeLimit(.minutes(1))) struct FanOutTests {
    /// Time that grows with the square of the number is half a minute here.
    @Test("ten thousand timers, cancelled in one activation, are replayed")
    func replay() async throws {
        try await withEngine([Fans.self], configuration: .test(deadlock: .seconds(15))) { test in
            let run = try await test.client.start(Fans.self, id: "fan", input: 10_000)
            try await test.event(.timerStarted, in: run)
            try await run.signal(poke, 1)
            try await test.event(.timerCanceled, in: run)
            try await run.signal(poke, 2)
            #expect(try await run.result() == 2)
            try WorkflowReplayer([Fans.self]).replay(try await run.history())
        }
    }
}
