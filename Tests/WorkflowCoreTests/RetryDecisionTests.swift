import Testing
import WorkflowCore

extension Failure {
    /// A thrown error of `type`.
    static func error(
        _ type: String,
        nonRetryable: Bool = false,
        next: Duration? = nil,
        cause: Failure? = nil
    ) -> Failure {
        Failure(
            message: type,
            kind: .application(Application(type: type, nonRetryable: nonRetryable, nextRetryDelay: next)),
            cause: cause
        )
    }

    static func of(_ kind: Kind, cause: Failure? = nil) -> Failure { Failure(message: "m", kind: kind, cause: cause) }
    static func timeout(_ type: TimeoutType) -> Failure { of(.timeout(type, lastHeartbeatDetails: nil)) }
}

@Suite("What follows a failed attempt")
struct RetryDecisionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: Failure
        let policy: RetryPolicy
        let attempt: Int
        let remaining: Duration?
        let decision: RetryDecision
        init(
            _ name: String,
            _ failure: Failure,
            _ policy: RetryPolicy = .default,
            attempt: Int = 1,
            remaining: Duration? = nil,
            is decision: RetryDecision
        ) {
            testDescription = name
            (self.failure, self.policy, self.attempt) = (failure, policy, attempt)
            (self.remaining, self.decision) = (remaining, decision)
        }
    }

    static let retry = RetryDecision.retry(after: .seconds(1))
    static let picky = RetryPolicy(
        nonRetryableErrorTypes: ["Profane", "TemporalTimeout:StartToClose", "TemporalTimeout:Heartbeat"])
    static let activity = Failure.Kind.activity(
        Failure.ActivityContext(scheduledEventID: 5, activityType: "a", activityID: "1", retryState: .timeout)
    )

    static let byKind = [
        Row("an error", .error("Busy"), is: retry),
        Row("an error that forbids it", .error("Busy", nonRetryable: true), is: .giveUp(.nonRetryableFailure)),
        Row("a listed error", .error("Profane"), picky, is: .giveUp(.nonRetryableFailure)),
        Row("an error whose name only begins alike", .error("ProfaneWord"), picky, is: retry),
        Row("a listed cause", .error("Outer", cause: .error("Profane")), picky, is: .giveUp(.nonRetryableFailure)),
        Row(
            "a forbidding cause, two deep",
            .error("A", cause: .error("B", cause: .error("C", nonRetryable: true))),
            is: .giveUp(.nonRetryableFailure)
        ),
        Row(
            "a listed cause of an activity's failure",
            .of(activity, cause: .error("Profane")),
            picky,
            is: .giveUp(.nonRetryableFailure)
        ),
        Row("an activity's failure", .of(activity, cause: .error("Busy")), is: retry),
        Row("a start-to-close timeout", .timeout(.startToClose), is: retry),
        Row("a heartbeat timeout", .timeout(.heartbeat), is: retry),
        Row("a listed start-to-close timeout", .timeout(.startToClose), picky, is: .giveUp(.nonRetryableFailure)),
        Row("a listed heartbeat timeout", .timeout(.heartbeat), picky, is: .giveUp(.nonRetryableFailure)),
        Row("a schedule-to-start timeout", .timeout(.scheduleToStart), is: .giveUp(.timeout)),
        Row("a schedule-to-close timeout", .timeout(.scheduleToClose), is: .giveUp(.timeout)),
        Row("a cancellation", .of(.cancelled(details: nil)), is: .giveUp(.cancelRequested)),
        Row("an error that a cancellation caused", .error("Busy", cause: .of(.cancelled(details: nil))), is: retry),
        Row("a termination", .of(.terminated), is: .giveUp(.nonRetryableFailure)),
        Row("an engine failure", .of(.server(nonRetryable: false)), is: retry),
        Row("an engine failure that forbids it", .of(.server(nonRetryable: true)), is: .giveUp(.nonRetryableFailure)),
    ]

    static let byLimit = [
        Row("one attempt only", .error("Busy"), .none, is: .giveUp(.maximumAttemptsReached)),
        Row(
            "before the last attempt",
            .error("Busy"),
            RetryPolicy(maximumAttempts: 3),
            attempt: 2,
            is: .retry(after: .seconds(2))
        ),
        Row(
            "the last attempt",
            .error("Busy"),
            RetryPolicy(maximumAttempts: 3),
            attempt: 3,
            is: .giveUp(.maximumAttemptsReached)
        ),
        Row(
            "beyond the last attempt",
            .error("Busy"),
            RetryPolicy(maximumAttempts: 3),
            attempt: 4,
            is: .giveUp(.maximumAttemptsReached)
        ),
        Row(
            "the kind outranks the number of attempts",
            .error("Profane", nonRetryable: true),
            .none,
            is: .giveUp(.nonRetryableFailure)
        ),
        Row("time enough", .error("Busy"), remaining: .milliseconds(1001), is: retry),
        Row(
            "the next attempt would start at the deadline",
            .error("Busy"),
            remaining: .seconds(1),
            is: .giveUp(.timeout)
        ),
        Row(
            "the next attempt would start too late",
            .error("Busy"),
            attempt: 5,
            remaining: .seconds(15),
            is: .giveUp(.timeout)
        ),
        Row("no time left", .error("Busy"), remaining: .zero, is: .giveUp(.timeout)),
    ]

    static let byDelay = [
        Row("a requested delay", .error("Busy", next: .seconds(7)), attempt: 4, is: .retry(after: .seconds(7))),
        Row(
            "a requested delay of a cause",
            .error("Outer", cause: .error("Busy", next: .seconds(7))),
            is: .retry(after: .seconds(7))
        ),
        Row(
            "the outermost requested delay",
            .error("Outer", next: .seconds(3), cause: .error("Busy", next: .seconds(7))),
            is: .retry(after: .seconds(3))
        ),
        Row("a delay above the maximum", .error("Busy", next: .seconds(700)), is: .retry(after: .seconds(100))),
        Row("a delay of zero is the maximum", .error("Busy", next: .zero), is: .retry(after: .seconds(100))),
        Row("a negative delay is the maximum", .error("Busy", next: .seconds(-1)), is: .retry(after: .seconds(100))),
        Row(
            "a delay obeys the attempts",
            .error("Busy", next: .seconds(1)),
            .none,
            is: .giveUp(.maximumAttemptsReached)
        ),
        Row(
            "a delay obeys schedule-to-close",
            .error("Busy", next: .seconds(7)),
            remaining: .seconds(5),
            is: .giveUp(.timeout)
        ),
    ]

    @Test("another attempt, or a reason why not", arguments: byKind + byLimit + byDelay)
    func decision(_ row: Row) {
        let decision = row.policy.decision(
            after: row.failure,
            attempt: row.attempt,
            remaining: row.remaining,
            draw: 0.999
        )
        #expect(decision == row.decision)
    }

    @Test("jitter shortens the wait by at most its part", arguments: [0, 0.25, 0.5, 0.999], [0, 0.1, 0.5, 1])
    func jitter(draw: Double, part: Double) {
        let policy = RetryPolicy(initialInterval: .seconds(10), jitter: part)
        let decision = policy.decision(after: .error("Busy"), attempt: 1, remaining: nil, draw: draw)
        guard case .retry(let wait) = decision else {
            Issue.record("expected another attempt, got \(decision)")
            return
        }
        #expect(wait <= .seconds(10))
        #expect(wait >= .milliseconds(Int64(10_000 * (1 - part))))
        #expect(abs(wait.inSeconds - 10 * (1 - part * draw)) < 0.001)
    }

    @Test("a requested delay has no jitter")
    func requestedDelayIsExact() {
        let policy = RetryPolicy(jitter: 1)
        let decision = policy.decision(
            after: .error("Busy", next: .seconds(7)),
            attempt: 1,
            remaining: nil,
            draw: 0.9
        )
        #expect(decision == .retry(after: .seconds(7)))
    }
}
