/// Why something failed, as it is recorded: a message, a kind, and the chain of causes.
///
/// Shaped like Temporal's `Failure`, so that a history can be exported without loss.
public struct Failure: Error, Hashable, Sendable {
    /// One sentence that says what failed.
    public var message: String
    /// Where the failure came from, for example `Swift` or a source position.
    public var source: String
    /// The stack or source position at the throw, when known.
    public var stackTrace: String
    /// What kind of failure this is.
    public var kind: Kind
    /// The failure that caused this one.
    public var cause: Failure? {
        get { causes.first }
        set { causes = newValue.map { [$0] } ?? [] }
    }

    /// Zero or one element: an array gives the recursive value its indirection.
    private var causes: [Failure]

    /// The kinds of failure.
    public enum Kind: Hashable, Sendable {
        /// An error thrown by an activity or a workflow.
        case application(Application)
        /// An activity's time limit passed.
        case timeout(TimeoutType, lastHeartbeatDetails: Payload?)
        /// The work was cancelled.
        case cancelled(details: Payload?)
        /// The run was terminated by an operator.
        case terminated
        /// The engine itself could not go on (for example: the worker process died).
        case server(nonRetryable: Bool)
        /// An activity failed for good; the cause says why.
        case activity(ActivityContext)
    }

    /// What an application error says about itself.
    public struct Application: Hashable, Sendable {
        /// The error's type name, matched exactly against a retry policy's non-retryable types.
        public var type: String
        /// Whether the error itself forbids another attempt.
        public var nonRetryable: Bool
        /// Encoded details, for example the error value itself.
        public var details: Payload?
        /// Replaces the policy's interval before the next attempt.
        public var nextRetryDelay: Duration?

        /// Describes an application error.
        public init(
            type: String,
            nonRetryable: Bool = false,
            details: Payload? = nil,
            nextRetryDelay: Duration? = nil
        ) {
            self.type = type
            self.nonRetryable = nonRetryable
            self.details = details
            self.nextRetryDelay = nextRetryDelay
        }
    }

    /// Which activity failed and why it is not tried again.
    public struct ActivityContext: Hashable, Sendable {
        /// The event that scheduled the activity.
        public var scheduledEventID: EventID
        /// The activity's registered name.
        public var activityType: String
        /// The activity's id within the run.
        public var activityID: String
        /// Why there is no further attempt.
        public var retryState: RetryState

        /// Describes the activity that failed.
        public init(scheduledEventID: EventID, activityType: String, activityID: String, retryState: RetryState) {
            self.scheduledEventID = scheduledEventID
            self.activityType = activityType
            self.activityID = activityID
            self.retryState = retryState
        }
    }

    /// Builds a failure.
    public init(message: String, source: String = "", stackTrace: String = "", kind: Kind, cause: Failure? = nil) {
        self.message = message
        self.source = source
        self.stackTrace = stackTrace
        self.kind = kind
        causes = cause.map { [$0] } ?? []
    }

    /// An application failure of the given type.
    public static func application(
        _ message: String,
        type: String,
        nonRetryable: Bool = false,
        cause: Failure? = nil
    ) -> Failure {
        Failure(
            message: message,
            source: "Swift",
            kind: .application(Application(type: type, nonRetryable: nonRetryable)),
            cause: cause
        )
    }

    /// This failure and its causes, outermost first.
    public var chain: [Failure] {
        var result = [self]
        while let next = result.last?.cause { result.append(next) }
        return result
    }

    /// The innermost failure.
    public var rootCause: Failure { chain.last ?? self }
}

extension Failure: CustomStringConvertible {
    /// The messages of the chain, outermost first, joined by `: `.
    public var description: String { chain.map(\.message).joined(separator: ": ") }
}

/// Which of an activity's four time limits passed (numbers as Temporal's `TimeoutType`).
public enum TimeoutType: Int, Sendable, Codable, CustomStringConvertible {
    /// One attempt ran longer than its limit.
    case startToClose = 1
    /// The activity waited in its queue longer than its limit.
    case scheduleToStart = 2
    /// All attempts together took longer than their limit.
    case scheduleToClose = 3
    /// An attempt did not report for longer than its limit.
    case heartbeat = 4

    /// The name used in messages and in `nonRetryableErrorTypes` behind `TemporalTimeout:`.
    public var description: String {
        switch self {
        case .startToClose: "StartToClose"
        case .scheduleToStart: "ScheduleToStart"
        case .scheduleToClose: "ScheduleToClose"
        case .heartbeat: "Heartbeat"
        }
    }
}

/// Why an activity is, or is not, tried again (numbers as Temporal's `RetryState`).
public enum RetryState: Int, Sendable, Codable {
    /// Another attempt will follow.
    case inProgress = 1
    /// The failure forbids another attempt.
    case nonRetryableFailure = 2
    /// Another attempt could not start before schedule-to-close passes.
    case timeout = 3
    /// The policy's attempts are used up.
    case maximumAttemptsReached = 4
    /// There is no policy.
    case retryPolicyNotSet = 5
    /// The engine failed.
    case internalServerError = 6
    /// The activity was asked to stop.
    case cancelRequested = 7
}
