import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let amount = Signal<Int>("amount")

/// Waits for one total in several branches; returns the order in which they went on.
private struct Waiters: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> [String] {
        let total = workflow.variable(0)
        let order = workflow.variable([String]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<input {
                group.addTask {
                    try await workflow.condition { total.value > index / 2 }
                    order.value.append("\(index) saw \(total.value)")
                }
            }
            group.addTask {
                while total.value * 2 < input { total.value += try await workflow.next(amount) }
            }
            try await group.waitForAll()
        }
        return order.value
    }
}

/// Two branches that want the same single token: only one may get it.
private struct OneToken: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [Int] {
        let tokens = workflow.variable(0)
        let taken = workflow.variable([Int]())
        @Sendable func take(_ name: Int) async throws {
            try await workflow.condition { tokens.value > 0 }
            tokens.value -= 1
            taken.value.append(name)
            if tokens.value < 0 { throw ApplicationError("two got one token", type: "Broken") }
        }
        async let first: Void = take(1)
        async let second: Void = take(2)
        async let feed: Void = {
            for _ in 0..<2 { tokens.value += try await workflow.next(amount) }
        }()
        _ = try await (first, second, feed)
        return taken.value
    }
}

private struct WithTimeout: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [Bool] {
        let total = workflow.variable(0)
        async let reading: Void = { total.value = try await workflow.next(amount) }()
        let early = try await workflow.condition(timeout: .seconds(10)) { total.value > 0 }
        let late = try await workflow.condition(timeout: .seconds(10)) { total.value > 0 }
        let already = try await workflow.condition(timeout: .seconds(10)) { true }
        _ = try await reading
        return [early, late, already]
    }
}

@Suite("Conditions and variables", .timeLimit(.minutes(1))) struct ConditionTests {
    @Test("conditions that hold at once are resumed in the order of their registration")
    func order() async throws {
        try await withEngine([Waiters.self]) { test in
            let run = try await test.client.start(Waiters.self, id: "c", input: 12)
            try await test.waits(run, for: "condition", count: 12)
            try await run.signal(amount, 6)
            #expect(try await run.result() == (0..<12).map { "\($0) saw 6" })
        }
    }

    @Test("a condition that does not hold yet goes on waiting")
    func waits() async throws {
        try await withEngine([Waiters.self]) { test in
            let run = try await test.client.start(Waiters.self, id: "c", input: 6)
            for _ in 0..<3 { try await run.signal(amount, 1) }
            #expect(try await run.result() == ["0 saw 1", "1 saw 1", "2 saw 2", "3 saw 2", "4 saw 3", "5 saw 3"])
        }
    }

    @Test("one at a time: the line after a condition may rely on it")
    func oneAtATime() async throws {
        try await withEngine([OneToken.self]) { test in
            let run = try await test.client.start(OneToken.self, id: "c")
            try await test.waits(run, for: "condition", count: 2)
            try await run.signal(amount, 1)
            try await test.waits(run, for: "condition", count: 1)
            try await run.signal(amount, 1)
            #expect(try await run.result() == [1, 2])
        }
    }

    @Test("a timeout ends the wait with false; a condition that holds ends it with true and cancels the timer")
    func timeout() async throws {
        try await withEngine([WithTimeout.self]) { test in
            let run = try await test.client.start(WithTimeout.self, id: "c")
            try await test.event(.timerStarted, in: run)
            test.clock.advance(by: .seconds(10))
            try await test.until { try await run.history().count(of: .timerStarted) == 2 }
            try await run.signal(amount, 1)
            #expect(try await run.result() == [false, true, true])
            let history = try await run.history()
            #expect(history.count(of: .timerStarted) == 2)
            #expect(history.count(of: .timerFired) == 1)
            #expect(history.count(of: .timerCanceled) == 1)
        }
    }
}
