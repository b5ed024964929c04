import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

private enum Halve: ActivityContract {
    typealias Input = Double
    typealias Output = Double
    static let name = "Halve"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(10))
}

/// Would go another way in a replay, which does not encode inputs again.
private struct CatchesBadInput: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        do {
            _ = try await workflow.execute(Halve.self, .nan)
        } catch {
            _ = try await workflow.execute(Work.self, "instead")
        }
        return "done"
    }
}

private struct BadResult: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Double { .nan }
}

private struct Echo: Workflow {
    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        try await workflow.execute(Work.self, input)
    }
}

private struct Far: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await workflow.sleep(for: .seconds(Int64.max)) }
            group.addTask { try await workflow.sleep(until: Timestamp(milliseconds: .max)) }
            try await workflow.sleep(until: Timestamp(milliseconds: .min))
            let value = try await workflow.next(poke)
            group.cancelAll()
            return value
        }
    }
}

@Suite("Unusual values", .timeLimit(.minutes(1))) struct EncodingTests {
    @Test("an activity's input that cannot be encoded blocks the run, whatever its code catches")
    func badInput() async throws {
        try await withEngine([CatchesBadInput.self], [Does.echo]) { test in
            let run = try await test.client.start(CatchesBadInput.self, id: "c")
            let reason = try await test.blocked(run)
            #expect(reason.code == "payload-not-encodable" && reason.message.contains("Halve"))
            #expect(reason.location?.hasPrefix("WorkflowEngineTests/EncodingTests.swift:") == true)
            #expect(try await run.history().count == 1)
        }
    }

    @Test("a result that cannot be encoded blocks the run: corrected code continues it")
    func badResult() async throws {
        try await withEngine([BadResult.self]) { test in
            let run = try await test.client.start(BadResult.self, id: "c")
            #expect(try await test.blocked(run).code == "payload-not-encodable")
            #expect(try await run.history().count == 1)
        }
    }

    @Test("ids may be any text of up to 1000 bytes, values may be large", arguments: StoreKind.allCases)
    func ids(kind: StoreKind) async throws {
        let ids = ["\u{0}", "a\u{0}b", "e\u{301}", "\u{e9}", String(repeating: "\u{1F600}", count: 250), " ", "'"]
        try await withEngine(on: kind, [Echo.self], [Does.echo], configuration: .test(cached: 0)) { test in
            for id in ids {
                let run = try await test.client.start(Echo.self, id: WorkflowID(id), input: id)
                #expect(try await run.result() == id)
                #expect(try await run.status == .completed)
            }
            let large = String(repeating: "x", count: 5 << 20)
            let run = try await test.client.start(Echo.self, id: "large", input: large)
            #expect(try await run.result() == large)
        }
    }

    @Test("timers beyond all time wait, those before all time are over")
    func far() async throws {
        try await withEngine([Far.self], configuration: .test(cached: 0)) { test in
            let run = try await test.client.start(Far.self, id: "c")
            try await test.waits(run, for: "signal")
            try await run.signal(poke, 3)
            #expect(try await run.result() == 3)
        }
    }
}
