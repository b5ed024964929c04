import WorkflowEngine

/// A worker that another process starts runs for.
enum ServingChild {
    /// Says when its code runs: a benchmark may, a workflow must not.
    struct Telling: Workflow {
        static let name = "Telling"
        func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
            say("run \(ProcessUsage.monotonicSeconds)")
            return input
        }
    }

    static func serve(_ path: String) async throws {
        try await EngineSession.with(path, workflows: [Telling.self]) { _ in
            say("ready")
            try await untilEnded()
        }
    }
}
