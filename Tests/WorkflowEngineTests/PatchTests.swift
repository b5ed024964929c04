import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

/// The workflow before the change …
private struct Before: Workflow {
    static let name = "Patched"
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [String] {
        var path = [try await workflow.execute(Work.self, "old")]
        _ = try await workflow.next(poke)
        path.append(try await workflow.execute(Work.self, "end"))
        return path
    }
}

/// … and after it: a timer instead of the first activity, and another one at the end.
private struct After: Workflow {
    static let name = "Patched"
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [String] {
        var path: [String] = []
        if workflow.patched("first-step") {
            try await workflow.sleep(for: .seconds(1))
            path.append("new")
        } else {
            path.append(try await workflow.execute(Work.self, "old"))
        }
        _ = try await workflow.next(poke)
        if workflow.patched("first-step") { path.append("still new") }
        if workflow.patched("last-step") { path.append("added") }
        path.append(try await workflow.execute(Work.self, "end"))
        return path
    }
}

@Suite("Patches", .timeLimit(.minutes(1))) struct PatchTests {
    @Test(
        "a run that passed the place before the change keeps the old path, and takes patches further on",
        arguments: StoreKind.allCases
    )
    func oldRun(kind: StoreKind) async throws {
        try await kind.withDatabase { database in
            let run = try await TestEnvironment.run(
                database: database,
                configuration: .test(),
                workflows: [Before.self],
                activities: [Does.echo]
            ) { test in
                let run = try await test.client.start(Before.self, id: "p")
                try await test.waits(run, for: "signal")
                return run
            }
            try await TestEnvironment.run(
                database: database,
                configuration: .test(),
                workflows: [After.self],
                activities: [Does.echo]
            ) { _ in
                try await run.signal(poke, 1)
                let path = try await run.result()
                #expect(path == ["old", "added", "end"])
            }
            try WorkflowReplayer([After.self]).replayEveryPrefix(try await run.history())
        }
    }

    @Test("a new run takes the new path, is asked once and keeps its answer after every reload")
    func newRun() async throws {
        try await withEngine([After.self], [Does.echo]) { test in
            let run = try await test.client.start(After.self, id: "p")
            try await run.signal(poke, 1)
            #expect(try await test.resultSkippingTime(of: run) == ["new", "still new", "added", "end"])
            let history = try await run.history()
            let patches = history.compactMap { event -> String? in
                guard case .markerRecorded(let marker) = event.attributes else { return nil }
                return marker.details
            }
            #expect(patches == ["first-step", "last-step"])
            try WorkflowReplayer([After.self]).replayEveryPrefix(history)
            #expect(throws: (any Error).self) { try WorkflowReplayer([Before.self]).replay(history) }
        }
    }
}
