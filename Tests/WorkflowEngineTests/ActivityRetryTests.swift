import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

/// Which policy, and how often the activity fails.
private struct Retries: Workflow {
    static let policies: [String: RetryPolicy] = [
        "default": .default,
        "three": RetryPolicy(maximumAttempts: 3),
        "capped": RetryPolicy(initialInterval: .seconds(4), backoffCoefficient: 3, maximumInterval: .seconds(10)),
        "listed": RetryPolicy(nonRetryableErrorTypes: ["Bad"]),
        "none": .none,
    ]

    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        let policy = Self.policies[input] ?? .default
        return try await workflow.execute(
            Work.self,
            input,
            options: ActivityOptions(startToCloseTimeout: .seconds(10), retryPolicy: policy)
        )
    }
}

/// An activity that fails the first `failures` times and notes when it was called.
private struct Flaky {
    let times = Notes<Timestamp>()
    let clock = VirtualClock()

    func activity(_ failures: Int, _ error: @escaping @Sendable (Int) -> any Error) -> Does<Work> {
        Does { [times, clock] _, context in
            times.note(clock.now)
            if context.attempt <= failures { throw error(context.attempt) }
            return "attempt \(context.attempt)"
        }
    }

    /// Seconds between one attempt and the next.
    var waits: [Double] {
        zip(times.values.dropFirst(), times.values).map { ($0 - $1).inSeconds }
    }

    func run<Value>(
        on kind: StoreKind = .memory,
        _ activity: Does<Work>,
        _ body: (TestEnvironment) async throws -> Value
    ) async throws -> Value {
        try await kind.withDatabase { database in
            try await TestEnvironment.run(
                database: database,
                clock: clock,
                configuration: .test(),
                workflows: [Retries.self],
                activities: [activity],
                body
            )
        }
    }
}

private func bad(_ attempt: Int) -> any Error { ApplicationError("bad \(attempt)", type: "Bad") }

@Suite("Activity retries", .timeLimit(.minutes(1))) struct ActivityRetryTests {
    @Test("five failures, then success: three events, six attempts", arguments: StoreKind.allCases)
    func attemptsAreKept(kind: StoreKind) async throws {
        let flaky = Flaky()
        try await flaky.run(on: kind, flaky.activity(5, bad)) { test in
            let run = try await test.client.start(Retries.self, id: "r", input: "default")
            #expect(try await test.resultSkippingTime(of: run) == "attempt 6")
            #expect(flaky.waits == [1, 2, 4, 8, 16])
            let history = try await run.history()
            let activity = history.filter { $0.type.name.hasPrefix("ActivityTask") }
            #expect(activity.map(\.type) == [.activityTaskScheduled, .activityTaskStarted, .activityTaskCompleted])
            guard case .activityTaskStarted(let started) = activity[1].attributes else { return }
            #expect(started.attempt == 6)
            #expect(started.lastFailure?.message == "bad 5")
            let attempts = try await test.attempts(of: run)
            #expect(attempts.map(\.attempt) == [1, 2, 3, 4, 5, 6])
            #expect(attempts.map(\.outcome) == Array(repeating: "failed", count: 5) + ["completed"])
            #expect(attempts.prefix(5).map { $0.failure?.message } == (1...5).map { "bad \($0)" })
            #expect(attempts.prefix(5).map(\.nextAttemptAt) == attempts.dropFirst().map(\.startedAt))
        }
    }

    @Test("the wait grows by the coefficient up to the maximum interval")
    func maximumInterval() async throws {
        let flaky = Flaky()
        try await flaky.run(flaky.activity(4, bad)) { test in
            let run = try await test.client.start(Retries.self, id: "r", input: "capped")
            _ = try await test.resultSkippingTime(of: run)
            #expect(flaky.waits == [4, 10, 10, 10])
        }
    }

    @Test("an error's own delay replaces the policy's wait, once")
    func nextRetryDelay() async throws {
        let flaky = Flaky()
        let activity = flaky.activity(2) { attempt in
            ApplicationError("later", type: "Busy", nextRetryDelay: attempt == 1 ? .seconds(40) : nil)
        }
        try await flaky.run(activity) { test in
            let run = try await test.client.start(Retries.self, id: "r", input: "default")
            _ = try await test.resultSkippingTime(of: run)
            #expect(flaky.waits == [40, 2])
        }
    }

    @Test(
        "what is not tried again, and why",
        arguments: [
            ("three", false, 3, RetryState.maximumAttemptsReached), ("none", false, 1, .maximumAttemptsReached),
            ("listed", false, 1, .nonRetryableFailure), ("default", true, 1, .nonRetryableFailure),
        ]
    )
    func givesUp(policy: String, nonRetryable: Bool, attempts: Int, state: RetryState) async throws {
        let flaky = Flaky()
        let activity = flaky.activity(100) { _ in
            ApplicationError("bad", type: "Bad", nonRetryable: nonRetryable)
        }
        try await flaky.run(activity) { test in
            let run = try await test.client.start(Retries.self, id: "r", input: policy)
            let error = try await ending { try await test.resultSkippingTime(of: run) }
            #expect(error.failure?.rootCause.message == "bad")
            let event = try await test.event(.activityTaskFailed, in: run)
            guard case .activityTaskFailed(let failed) = event.attributes else { return }
            #expect(failed.retryState == state)
            #expect(try await test.attempts(of: run).count == attempts)
        }
    }
}
