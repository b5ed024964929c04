/// How an activity is scheduled: queue, time limits, retries, cancellation.
public struct ActivityOptions: Hashable, Sendable {
    /// The queue whose workers run it; `nil` means the run's own queue.
    public var taskQueue: TaskQueue?
    /// Limit of one attempt.
    public var startToCloseTimeout: Duration?
    /// Limit of all attempts together, from the first scheduling.
    public var scheduleToCloseTimeout: Duration?
    /// Limit of the wait in the queue, from the latest scheduling. Never retried.
    public var scheduleToStartTimeout: Duration?
    /// Limit between two heartbeats of an attempt.
    public var heartbeatTimeout: Duration?
    /// What follows a failed attempt.
    public var retryPolicy: RetryPolicy
    /// What a cancelled caller waits for.
    public var cancellation: ActivityCancellation

    /// Builds options. At least one of `startToCloseTimeout` and `scheduleToCloseTimeout` has to be set, here or by
    /// whoever executes the activity.
    public init(
        taskQueue: TaskQueue? = nil,
        startToCloseTimeout: Duration? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        scheduleToStartTimeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        retryPolicy: RetryPolicy = .default,
        cancellation: ActivityCancellation = .tryCancel
    ) {
        self.taskQueue = taskQueue
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.scheduleToStartTimeout = scheduleToStartTimeout
        self.heartbeatTimeout = heartbeatTimeout
        self.retryPolicy = retryPolicy
        self.cancellation = cancellation
    }
}

/// What a workflow waits for when it is cancelled while an activity runs.
public enum ActivityCancellation: String, Sendable, Codable {
    /// Ask the activity to stop and throw `CancellationError` at once.
    case tryCancel
    /// Ask the activity to stop and wait until it has ended.
    case waitCompleted
    /// Leave the activity alone and throw `CancellationError` at once.
    case abandon
}

/// The time limits of an activity after normalisation: what is recorded and enforced.
package struct ActivityTimeouts: Hashable, Sendable {
    package var scheduleToClose: Duration?
    package var scheduleToStart: Duration?
    package var startToClose: Duration
    package var heartbeat: Duration?
}

/// Options that cannot be used, with the reason as a sentence.
package struct InvalidActivityOptions: Error, Hashable, Sendable {
    package let reason: String
}

extension ActivityOptions {
    /// Applies Temporal's rules (its activity validator): one of start-to-close and schedule-to-close is required;
    /// missing ones are derived; none exceeds schedule-to-close; a heartbeat limit never exceeds start-to-close.
    package func normalisedTimeouts() throws(InvalidActivityOptions) -> ActivityTimeouts {
        try checkValues()
        if let total = scheduleToCloseTimeout {
            let startToClose = min(startToCloseTimeout ?? total, total)
            return ActivityTimeouts(
                scheduleToClose: total,
                scheduleToStart: min(scheduleToStartTimeout ?? total, total),
                startToClose: startToClose,
                heartbeat: heartbeatTimeout.map { min($0, startToClose) }
            )
        }
        guard let startToClose = startToCloseTimeout else {
            throw InvalidActivityOptions(
                reason: "an activity needs startToCloseTimeout or scheduleToCloseTimeout, both are missing"
            )
        }
        return ActivityTimeouts(
            scheduleToClose: nil,
            scheduleToStart: scheduleToStartTimeout,
            startToClose: startToClose,
            heartbeat: heartbeatTimeout.map { min($0, startToClose) }
        )
    }

    private func checkValues() throws(InvalidActivityOptions) {
        let limits = [
            ("startToCloseTimeout", startToCloseTimeout), ("scheduleToCloseTimeout", scheduleToCloseTimeout),
            ("scheduleToStartTimeout", scheduleToStartTimeout), ("heartbeatTimeout", heartbeatTimeout),
        ]
        for case (let name, let value?) in limits where value <= .zero {
            throw InvalidActivityOptions(reason: "\(name) must be positive, got \(value)")
        }
        if let problem = retryPolicy.problem { throw InvalidActivityOptions(reason: problem) }
    }
}
