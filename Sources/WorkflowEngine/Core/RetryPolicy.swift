/// How often and when a failed activity is tried again.
///
/// Arithmetic and defaults are Temporal's: `initialInterval * backoffCoefficient^(attempt-1)`, at most
/// `maximumInterval`; 1 s, 2.0, 100 × the initial interval, unlimited attempts. ``jitter`` is ours.
public struct RetryPolicy: Hashable, Sendable {
    /// The wait after the first failed attempt. Must be positive.
    public var initialInterval: Duration
    /// Factor between one wait and the next. At least 1.
    public var backoffCoefficient: Double
    /// The longest wait; `nil` means 100 × ``initialInterval``.
    public var maximumInterval: Duration?
    /// Attempts in all, the first included; 0 means no limit.
    public var maximumAttempts: Int
    /// Error types that are never tried again, matched exactly against the failure's type anywhere in the cause chain.
    /// `TemporalTimeout:StartToClose` and `TemporalTimeout:Heartbeat` name timeouts.
    public var nonRetryableErrorTypes: [String]
    /// Part of the wait that is drawn at random, 0 to 1: the wait becomes a value in `[wait * (1 - jitter), wait]`.
    /// The draw follows from the run's id, the activity and the attempt, so it is the same wherever it is computed.
    public var jitter: Double

    /// Builds a policy; every parameter has Temporal's default.
    public init(
        initialInterval: Duration = .seconds(1),
        backoffCoefficient: Double = 2,
        maximumInterval: Duration? = nil,
        maximumAttempts: Int = 0,
        nonRetryableErrorTypes: [String] = [],
        jitter: Double = 0
    ) {
        self.initialInterval = initialInterval
        self.backoffCoefficient = backoffCoefficient
        self.maximumInterval = maximumInterval
        self.maximumAttempts = maximumAttempts
        self.nonRetryableErrorTypes = nonRetryableErrorTypes
        self.jitter = jitter
    }

    /// The policy an activity has when none is given.
    public static let `default` = RetryPolicy()
    /// One attempt and no more.
    public static let none = RetryPolicy(maximumAttempts: 1)

    /// The longest wait that applies.
    package var effectiveMaximumInterval: Duration {
        maximumInterval ?? max(.zero, min(initialInterval, .longestInterval)) * 100
    }

    /// What is wrong with the policy, as a sentence; `nil` if it can be used. The other fields do not matter when there
    /// is one attempt only.
    package var problem: String? {
        if maximumAttempts < 0 { return "maximumAttempts must not be negative, got \(maximumAttempts)" }
        if maximumAttempts == 1 { return nil }
        if initialInterval <= .zero { return "initialInterval must be positive, got \(initialInterval)" }
        if !(backoffCoefficient >= 1) { return "backoffCoefficient must be at least 1, got \(backoffCoefficient)" }
        if effectiveMaximumInterval < initialInterval {
            return "maximumInterval must not be below initialInterval, got \(effectiveMaximumInterval)"
        }
        if !(0...1).contains(jitter) { return "jitter must be between 0 and 1, got \(jitter)" }
        return nil
    }

    /// The wait after `attempt` failed, before jitter. Attempts count from 1.
    package func interval(afterAttempt attempt: Int) -> Duration {
        let limit = effectiveMaximumInterval
        let seconds = initialInterval.inSeconds * backoffCoefficient.raised(to: max(1, attempt) - 1)
        guard seconds < limit.inSeconds else { return limit }
        return min(.inMilliseconds(seconds), limit)
    }
}

/// What follows a failed attempt.
package enum RetryDecision: Hashable, Sendable {
    case retry(after: Duration)
    case giveUp(RetryState)
}

extension RetryPolicy {
    /// Decides what follows a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - remaining: time left until schedule-to-close, `nil` when there is no such limit. As Temporal does, the
    ///     activity is given up as soon as the next attempt cannot start in time.
    ///   - draw: a uniform value in `[0, 1)` for the jitter.
    package func decision(
        after failure: Failure,
        attempt: Int,
        remaining: Duration?,
        draw: Double
    ) -> RetryDecision {
        if let state = terminalState(of: failure) { return .giveUp(state) }
        if maximumAttempts > 0 && attempt >= maximumAttempts { return .giveUp(.maximumAttemptsReached) }
        let wait = wait(after: failure, attempt: attempt, draw: draw)
        if let remaining, wait >= remaining { return .giveUp(.timeout) }
        return .retry(after: wait)
    }

    private func wait(after failure: Failure, attempt: Int, draw: Double) -> Duration {
        if let delay = failure.requestedRetryDelay {
            return delay <= .zero ? effectiveMaximumInterval : min(delay, effectiveMaximumInterval)
        }
        let wait = interval(afterAttempt: attempt)
        guard jitter > 0 else { return wait }
        return min(.inMilliseconds(wait.inSeconds * (1 - jitter * draw)), wait)
    }

    /// Unlike Temporal, which looks at the outermost failure only, the whole chain counts: wrapping a
    /// non-retryable error must not make it retryable.
    private func terminalState(of failure: Failure) -> RetryState? {
        // As a cause it says only how something came to fail: a client that a shutdown interrupted, for example.
        if case .cancelled = failure.kind { return .cancelRequested }
        for link in failure.chain {
            switch link.kind {
            case .terminated: return .nonRetryableFailure
            case .timeout(.scheduleToStart, _), .timeout(.scheduleToClose, _): return .timeout
            case .timeout(let type, _):
                if nonRetryableErrorTypes.contains("TemporalTimeout:\(type)") { return .nonRetryableFailure }
            case .server(let nonRetryable):
                if nonRetryable { return .nonRetryableFailure }
            case .application(let application):
                if application.nonRetryable || nonRetryableErrorTypes.contains(application.type) {
                    return .nonRetryableFailure
                }
            case .activity, .cancelled: continue
            }
        }
        return nil
    }
}

extension Duration {
    /// Arithmetic with intervals stays below this: about 2.9 million years, whose milliseconds fit into `Int64`
    /// a hundred times.
    fileprivate static let longestInterval = Duration.seconds(92_000_000_000_000)

    /// The nearest whole number of milliseconds, at most a hundred times ``longestInterval``.
    fileprivate static func inMilliseconds(_ seconds: Double) -> Duration {
        seconds > 0 ? .milliseconds(Int64((min(seconds, longestInterval.inSeconds * 100) * 1000).rounded())) : .zero
    }
}

extension Double {
    /// The power by squaring: an attempt's number may be large, and overflow ends in infinity.
    fileprivate func raised(to exponent: Int) -> Double {
        var result = 1.0
        var square = self
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}

extension Failure {
    fileprivate var requestedRetryDelay: Duration? {
        for link in chain {
            if case .application(let application) = link.kind, let delay = application.nextRetryDelay { return delay }
        }
        return nil
    }
}
