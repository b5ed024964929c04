import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

private struct Sleeps: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.sleep(for: .seconds(1000))
        return "slept"
    }
}

private struct CleansUp: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        do {
            return try await workflow.execute(Work.self, "main")
        } catch {
            let isRequested = workflow.isCancelRequested
            try await workflow.shieldedFromCancellation {
                async let undo = workflow.execute(Work.self, "undo \(isRequested)")
                try await workflow.sleep(for: .seconds(5))
                _ = try await undo
            }
            throw error
        }
    }
}

private struct Swallows: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        do {
            try await workflow.sleep(for: .seconds(1000))
            return "slept"
        } catch {
            return "swallowed"
        }
    }
}

private struct FailsOnCancel: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        do {
            try await workflow.sleep(for: .seconds(1000))
        } catch {
            throw ApplicationError("could not stop", type: "Stuck")
        }
        return ""
    }
}

/// Throws a cancellation error though nobody cancelled it.
private struct Pretends: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String { throw CancellationError() }
}

private struct LoopsAfterCancel: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        while true { try? await workflow.sleep(for: .seconds(10)) }
    }
}

/// Cancels its activity after a signal, with one of the cancellation types.
private struct CancelsActivity: Workflow {
    func run(_ workflow: WorkflowContext, input: ActivityCancellation) async throws -> String {
        let options = ActivityOptions(startToCloseTimeout: .seconds(100), cancellation: input)
        return try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                do {
                    return try await workflow.execute(Work.self, "x", options: options)
                } catch is CancellationError {
                    return "cancelled"
                }
            }
            _ = try await workflow.next(poke)
            group.cancelAll()
            let result = try await group.next() ?? ""
            _ = try await workflow.next(poke)
            return result
        }
    }
}

@Suite("Cancellation", .timeLimit(.minutes(1))) struct CancellationTests {
    @Test("a cancelled run that lets the error through is cancelled, not failed", arguments: StoreKind.allCases)
    func cancelled(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Sleeps.self]) { test in
            let run = try await test.client.start(Sleeps.self, id: "c")
            try await test.event(.timerStarted, in: run)
            try await run.cancel(reason: "enough")
            try await run.cancel(reason: "again")
            let end = try await ending { try await run.result() }
            #expect(end.status == .cancelled)
            #expect(
                try await run.history().story.suffix(3) == [
                    "WorkflowExecutionCancelRequested", "TimerCanceled", "WorkflowExecutionCanceled",
                ]
            )
            try await run.cancel(reason: "after the end")
            #expect(try await run.history().count(of: .workflowExecutionCancelRequested) == 1)
        }
    }

    @Test("a run that is cancelled before its first activation sees it")
    func cancelledEarly() async throws {
        try await StoreKind.memory.withDatabase { database in
            let clock = VirtualClock()
            let run = try await WorkflowClient(database, clock: clock).start(Swallows.self, id: "c")
            try await run.cancel()
            try await TestEnvironment.run(database: database, clock: clock, workflows: [Swallows.self]) { _ in
                let result = try await run.result()
                #expect(result == "swallowed")
            }
        }
    }

    @Test("clean-up under a shield runs to its end and is recorded", arguments: StoreKind.allCases)
    func shielded(kind: StoreKind) async throws {
        let gate = Gate()
        let inputs = Notes<String>()
        let activity = Does { input, _ in
            inputs.note(input)
            if input == "main" { try await gate.pass() }
            return input
        }
        try await withEngine(on: kind, [CleansUp.self], [activity]) { test in
            let run = try await test.client.start(CleansUp.self, id: "c")
            await gate.entered()
            try await run.cancel()
            let end = try await ending { try await test.resultSkippingTime(of: run) }
            #expect(end.status == .cancelled)
            #expect(inputs.values == ["main", "undo true"])
            #expect(try await run.history().count(of: .timerFired) == 1)
        }
    }

    @Test("a run that swallows the cancellation completes")
    func swallowed() async throws {
        try await withEngine([Swallows.self]) { test in
            let run = try await test.client.start(Swallows.self, id: "c")
            try await test.event(.timerStarted, in: run)
            try await run.cancel()
            #expect(try await run.result() == "swallowed")
        }
    }

    @Test("another error than the cancellation fails the run, and so does a cancellation nobody asked for")
    func failed() async throws {
        try await withEngine([FailsOnCancel.self, Pretends.self]) { test in
            let run = try await test.client.start(FailsOnCancel.self, id: "c")
            try await test.event(.timerStarted, in: run)
            try await run.cancel()
            let end = try await ending { try await run.result() }
            #expect(end.status == .failed)
            #expect(end.failure?.message == "could not stop")
            let pretender = try await test.client.start(Pretends.self, id: "p")
            #expect(try await ending { try await pretender.result() }.status == .failed)
        }
    }

    @Test("a loop that swallows every cancellation blocks its run and nothing else")
    func endlessLoop() async throws {
        try await withEngine([LoopsAfterCancel.self, Swallows.self]) { test in
            let run = try await test.client.start(LoopsAfterCancel.self, id: "c")
            try await test.event(.timerStarted, in: run)
            let before = try await test.bytes(of: run)
            try await run.cancel()
            let reason = try await test.blocked(run)
            #expect(reason.code == "workflow-not-yielding")
            #expect(reason.location?.hasPrefix("WorkflowEngineTests/CancellationTests.swift:") == true)
            #expect(try await test.bytes(of: run) == before)
            let other = try await test.client.start(Swallows.self, id: "o")
            try await other.cancel()
            #expect(try await other.result() == "swallowed")
        }
    }

    @Test("tryCancel ends the wait at once and stops the activity", arguments: StoreKind.allCases)
    func tryCancel(kind: StoreKind) async throws {
        let gate = Gate()
        let stopped = Gate()
        let activity = Does { input, _ in
            do { try await gate.pass() } catch {
                try? await stopped.pass()
                throw error
            }
            return input
        }
        try await withEngine(on: kind, [CancelsActivity.self], [activity]) { test in
            let run = try await test.client.start(CancelsActivity.self, id: "c", input: .tryCancel)
            await gate.entered()
            try await run.signal(poke, 1)
            await stopped.entered()
            try await test.event(.activityTaskCancelRequested, in: run)
            try await test.event(.activityTaskCanceled, in: run)
            try await run.signal(poke, 2)
            #expect(try await run.result() == "cancelled")
            #expect(try await test.attempts(of: run).map(\.outcome) == ["cancelled"])
        }
    }

    @Test("waitCompleted waits for the activity's own end", arguments: [true, false])
    func waitCompleted(activityObeys: Bool) async throws {
        let gate = Gate()
        let end = Gate()
        let activity = Does { input, _ in
            do { try await gate.pass() } catch  where activityObeys { throw error } catch {}
            return "saved"
        }
        try await withEngine([CancelsActivity.self], [activity]) { test in
            let run = try await test.client.start(CancelsActivity.self, id: "c", input: .waitCompleted)
            await gate.entered()
            try await run.signal(poke, 1)
            try await test.event(activityObeys ? .activityTaskCanceled : .activityTaskCompleted, in: run)
            try await run.signal(poke, 2)
            end.open()
            #expect(try await run.result() == (activityObeys ? "cancelled" : "saved"))
        }
    }

    @Test("abandon leaves the activity alone")
    func abandon() async throws {
        let gate = Gate()
        let activity = Does { input, _ in
            try await gate.pass()
            return input
        }
        try await withEngine([CancelsActivity.self], [activity]) { test in
            let run = try await test.client.start(CancelsActivity.self, id: "c", input: .abandon)
            await gate.entered()
            try await run.signal(poke, 1)
            try await test.until { try await run.history().count(of: .workflowExecutionSignaled) == 1 }
            gate.open()
            try await test.event(.activityTaskCompleted, in: run)
            try await run.signal(poke, 2)
            #expect(try await run.result() == "cancelled")
            #expect(try await run.history().count(of: .activityTaskCancelRequested) == 0)
        }
    }

    @Test(
        "terminate ends the run at once, stops its activity, and the activity's late report changes nothing",
        arguments: StoreKind.allCases
    )
    func terminate(kind: StoreKind) async throws {
        let gate = Gate()
        let stopped = Gate()
        let left = Gate()
        let activity = Does { input, _ in
            do { try await gate.pass() } catch {}
            await withTaskCancellationHandler {
                try? await stopped.pass()
            } onCancel: {
            }
            defer { left.open() }
            return input
        }
        try await withEngine(on: kind, [CleansUp.self], [activity]) { test in
            let run = try await test.client.start(CleansUp.self, id: "c")
            await gate.entered()
            try await run.terminate(reason: "operator")
            let end = try await ending { try await run.result() }
            #expect(end.status == .terminated)
            #expect(end.failure?.message == "operator")
            let before = try await test.bytes(of: run)
            await stopped.entered()
            stopped.open()
            try await left.pass()
            let next = try await test.client.start(Sleeps.self, id: "next")
            _ = next
            #expect(try await test.bytes(of: run) == before)
            #expect(try await test.attempts(of: run).map(\.outcome) == ["abandoned"])
            try await run.terminate(reason: "again")
            #expect(try await test.bytes(of: run) == before)
        }
    }
}
