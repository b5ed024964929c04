import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

/// Cleans up with a time limit: whichever of two branches ends first cancels the other.
private struct CleansUpInTime: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        do {
            try await workflow.sleep(for: .seconds(1000))
            return "slept"
        } catch {
            return try await workflow.shieldedFromCancellation {
                try await withThrowingTaskGroup(of: String.self) { group in
                    for (name, seconds) in [("short", 5), ("long", 100_000)] {
                        group.addTask {
                            try await workflow.sleep(for: .seconds(seconds))
                            return name
                        }
                    }
                    let first = try await group.next() ?? ""
                    group.cancelAll()
                    return "\(first) \(Task.isCancelled)"
                }
            }
        }
    }
}

/// A shield in a branch that its group cancels, and that was cancelled before it came to the shield.
private struct ShieldsABranch: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [String] {
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                await workflow.shieldedFromCancellation {
                    do {
                        return try await workflow.execute(Work.self, "kept")
                    } catch {
                        return "lost"
                    }
                }
            }
            group.cancelAll()
            group.addTask {
                try await workflow.shieldedFromCancellation {
                    let kept = try await workflow.execute(Work.self, "kept too")
                    return "\(kept) \(Task.isCancelled)"
                }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }.sorted()
        }
    }
}

@Suite("Cancellation shields", .timeLimit(.minutes(1))) struct ShieldTests {
    @Test("a branch inside a shield is cancelled by its own group", arguments: StoreKind.allCases)
    func groupInside(kind: StoreKind) async throws {
        try await withEngine(on: kind, [CleansUpInTime.self]) { test in
            let run = try await test.client.start(CleansUpInTime.self, id: "c")
            try await test.event(.timerStarted, in: run)
            try await run.cancel()
            #expect(try await test.resultSkippingTime(of: run) == "short false")
            let history = try await run.history()
            #expect(history.count(of: .timerFired) == 1 && history.count(of: .timerCanceled) == 2)
            try WorkflowReplayer([CleansUpInTime.self]).replayEveryPrefix(history)
        }
    }

    @Test("a cancellation from outside does not reach a shield, whenever it came")
    func groupOutside() async throws {
        try await withEngine([ShieldsABranch.self], [Does.echo]) { test in
            let run = try await test.client.start(ShieldsABranch.self, id: "c")
            #expect(try await run.result() == ["kept", "kept too false"])
            try WorkflowReplayer([ShieldsABranch.self]).replayEveryPrefix(try await run.history())
        }
    }

    @Test("a run that is evicted inside a shield goes on there")
    func evicted() async throws {
        try await withEngine([CleansUpInTime.self], configuration: .test(cached: 0)) { test in
            let run = try await test.client.start(CleansUpInTime.self, id: "c")
            try await test.event(.timerStarted, in: run)
            try await run.cancel()
            try await test.waits(run, for: "timer", count: 2)
            // Others come, one after the other, until it is evicted.
            var others = 0
            while try await run.record().owner != .nobody, !Task.isCancelled {
                let other = try await test.client.start(CleansUpInTime.self, id: WorkflowID("other \(others)"))
                try await test.event(.timerStarted, in: other)
                others += 1
            }
            #expect(try await test.resultSkippingTime(of: run) == "short false")
        }
    }
}
