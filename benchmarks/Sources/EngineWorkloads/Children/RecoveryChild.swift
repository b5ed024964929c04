import WorkflowEngine

/// Workflows in the middle of their second step when their process dies.
enum RecoveryChild {
    private static let second = Tally()

    /// Never returns from the second step.
    private struct HangingNumberActivity: Activity {
        typealias Contract = NextNumber
        func execute(_ input: Int, context: ActivityContext) async throws -> Int {
            guard input == 1 else { return input + 1 }
            second.add()
            try await untilEnded()
            return input
        }
    }

    /// Starts them, says `ready` when all hang, and waits.
    static func hang(_ path: String, _ count: Int) async throws {
        try await EngineSession.with(path, slots: count, activities: [HangingNumberActivity()]) { session in
            let client = session.client
            try await forEach(count, inFlight: 100) { number in
                try await client.start(ThreeSteps.self, id: WorkflowID("w-\(number)"), input: 0)
            }
            try await second.reaches(count)
            say("ready")
            try await untilEnded()
        }
    }

    /// Says `done` with the milliseconds from the process's beginning until all have completed.
    static func resume(_ path: String, _ count: Int, beganAt: Double) async throws {
        try await EngineSession.with(path, slots: count) { session in
            let completed = RunFilter(statuses: [.completed])
            while try await session.database.store.countRuns(completed)[.completed] != count {
                try await Task.sleep(for: .milliseconds(2))
            }
            say("done \((ProcessUsage.monotonicSeconds - beganAt) * 1000)")
        }
    }
}
