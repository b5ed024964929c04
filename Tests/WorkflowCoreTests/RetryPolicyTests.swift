import Testing
import WorkflowCore

@Suite("Retry policy")
struct RetryPolicyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let policy: RetryPolicy
        let attempt: Int
        let wait: Duration
        init(_ name: String, _ policy: RetryPolicy, _ attempt: Int, _ wait: Duration) {
            (testDescription, self.policy, self.attempt, self.wait) = (name, policy, attempt, wait)
        }
    }

    static let endless = Duration.seconds(Int64.max)

    @Test(
        "the wait is initial × coefficient^(attempt-1), at most the maximum",
        arguments: [
            Row("first wait of the defaults", .default, 1, .seconds(1)),
            Row("second", .default, 2, .seconds(2)),
            Row("seventh", .default, 7, .seconds(64)),
            Row("clamped at 100 × initial", .default, 8, .seconds(100)),
            Row("attempt 0 counts as the first", .default, 0, .seconds(1)),
            Row("negative attempt counts as the first", .default, -3, .seconds(1)),
            Row("huge attempt", .default, .max, .seconds(100)),
            Row(
                "coefficient 1 stays",
                RetryPolicy(initialInterval: .seconds(3), backoffCoefficient: 1),
                .max,
                .seconds(3)
            ),
            Row(
                "coefficient 1.5",
                RetryPolicy(initialInterval: .milliseconds(100), backoffCoefficient: 1.5),
                4,
                .milliseconds(338)
            ),
            Row("own maximum", RetryPolicy(maximumInterval: .seconds(5)), 4, .seconds(5)),
            Row("exactly the maximum", RetryPolicy(maximumInterval: .seconds(8)), 4, .seconds(8)),
            Row("coefficient overflows", RetryPolicy(backoffCoefficient: 1e300), 3, .seconds(100)),
            Row("infinite coefficient", RetryPolicy(backoffCoefficient: .infinity), 2, .seconds(100)),
            Row("endless maximum", RetryPolicy(backoffCoefficient: 10, maximumInterval: endless), 400, endless),
        ]
    )
    func interval(_ row: Row) {
        #expect(row.policy.interval(afterAttempt: row.attempt) == row.wait)
    }

    @Test("a wait of any length is computed without overflow", arguments: [0, 1, 2, 63, 1000, Int.max])
    func endlessInitialInterval(attempt: Int) {
        let policy = RetryPolicy(initialInterval: Self.endless, jitter: 1)
        #expect(policy.interval(afterAttempt: attempt) > .seconds(1_000_000_000))
        let decision = policy.decision(after: .error("Busy"), attempt: attempt, remaining: nil, draw: 0.5)
        guard case .retry(let wait) = decision else {
            Issue.record("expected another attempt, got \(decision)")
            return
        }
        #expect(wait > .zero)
    }

    @Test("a policy that was never checked is computed without a trap")
    func unchecked() {
        let policy = RetryPolicy(initialInterval: .seconds(Int64.min), backoffCoefficient: .nan, jitter: .infinity)
        #expect(policy.problem == "initialInterval must be positive, got \(policy.initialInterval)")
        let decision = policy.decision(after: .error("Busy"), attempt: 2, remaining: nil, draw: 0)
        #expect(decision == .retry(after: .zero))
    }

    @Test("defaults are Temporal's")
    func defaults() {
        let policy = RetryPolicy.default
        #expect(policy.initialInterval == .seconds(1))
        #expect(policy.backoffCoefficient == 2)
        #expect(policy.effectiveMaximumInterval == .seconds(100))
        #expect(policy.maximumAttempts == 0)
        #expect(policy.nonRetryableErrorTypes.isEmpty)
        #expect(policy.jitter == 0)
        #expect(RetryPolicy.none.maximumAttempts == 1)
    }

    @Test(
        "what is wrong with a policy is said in a sentence",
        arguments: [
            (RetryPolicy.default, nil),
            (RetryPolicy(maximumAttempts: -1), "maximumAttempts must not be negative, got -1"),
            (RetryPolicy(initialInterval: .zero), "initialInterval must be positive, got 0.0 seconds"),
            (RetryPolicy(backoffCoefficient: 0.5), "backoffCoefficient must be at least 1, got 0.5"),
            (RetryPolicy(backoffCoefficient: .nan), "backoffCoefficient must be at least 1, got nan"),
            (
                RetryPolicy(maximumInterval: .milliseconds(500)),
                "maximumInterval must not be below initialInterval, got 0.5 seconds"
            ),
            (RetryPolicy(jitter: 1.5), "jitter must be between 0 and 1, got 1.5"),
            (RetryPolicy(jitter: -0.5), "jitter must be between 0 and 1, got -0.5"),
            (RetryPolicy(jitter: .nan), "jitter must be between 0 and 1, got nan"),
            (RetryPolicy(initialInterval: .zero, backoffCoefficient: 0, maximumAttempts: 1, jitter: 9), nil),
        ] as [(RetryPolicy, String?)]
    )
    func problem(policy: RetryPolicy, sentence: String?) {
        #expect(policy.problem == sentence)
    }
}
