/// Attributes of a scheduled activity: everything a worker needs to run it.
public struct ActivityTaskScheduled: Hashable, Sendable {
    /// The activity's id within the run.
    public var activityID: String
    /// The activity's registered name.
    public var activityType: String
    /// The queue whose workers run it.
    public var taskQueue: TaskQueue
    /// The encoded input; `nil` for `Void`.
    public var input: Payload?
    /// Limit of all attempts together; `nil` means none.
    public var scheduleToCloseTimeout: Duration?
    /// Limit of the wait in the queue; `nil` means none.
    public var scheduleToStartTimeout: Duration?
    /// Limit of one attempt.
    public var startToCloseTimeout: Duration
    /// Limit between heartbeats; `nil` means none are expected.
    public var heartbeatTimeout: Duration?
    /// The activation that scheduled it.
    public var workflowTaskCompletedEventID: EventID
    /// What follows a failed attempt.
    public var retryPolicy: RetryPolicy

    package init(
        activityID: String,
        activityType: String,
        taskQueue: TaskQueue,
        input: Payload? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        scheduleToStartTimeout: Duration? = nil,
        startToCloseTimeout: Duration,
        heartbeatTimeout: Duration? = nil,
        workflowTaskCompletedEventID: EventID,
        retryPolicy: RetryPolicy
    ) {
        self.activityID = activityID
        self.activityType = activityType
        self.taskQueue = taskQueue
        self.input = input
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.scheduleToStartTimeout = scheduleToStartTimeout
        self.startToCloseTimeout = startToCloseTimeout
        self.heartbeatTimeout = heartbeatTimeout
        self.workflowTaskCompletedEventID = workflowTaskCompletedEventID
        self.retryPolicy = retryPolicy
    }
}

/// Attributes of the deciding attempt's beginning.
public struct ActivityTaskStarted: Hashable, Sendable {
    /// The activity.
    public var scheduledEventID: EventID
    /// The worker that ran the attempt.
    public var identity: String
    /// The attempt's number, from 1.
    public var attempt: Int
    /// Why the attempt before it failed.
    public var lastFailure: Failure?

    package init(
        scheduledEventID: EventID,
        identity: String,
        attempt: Int,
        lastFailure: Failure? = nil
    ) {
        self.scheduledEventID = scheduledEventID
        self.identity = identity
        self.attempt = attempt
        self.lastFailure = lastFailure
    }
}

/// Attributes of a returned activity.
public struct ActivityTaskCompleted: Hashable, Sendable {
    /// The encoded return value; `nil` for `Void`.
    public var result: Payload?
    /// The activity.
    public var scheduledEventID: EventID
    /// The deciding attempt's beginning.
    public var startedEventID: EventID

    package init(
        result: Payload? = nil,
        scheduledEventID: EventID,
        startedEventID: EventID
    ) {
        self.result = result
        self.scheduledEventID = scheduledEventID
        self.startedEventID = startedEventID
    }
}

/// Attributes of an activity that failed or timed out for good.
public struct ActivityTaskFailed: Hashable, Sendable {
    /// What went wrong in the last attempt.
    public var failure: Failure
    /// The activity.
    public var scheduledEventID: EventID
    /// The deciding attempt's beginning; 0 when no attempt began.
    public var startedEventID: EventID
    /// Why there is no further attempt.
    public var retryState: RetryState

    package init(
        failure: Failure,
        scheduledEventID: EventID,
        startedEventID: EventID,
        retryState: RetryState
    ) {
        self.failure = failure
        self.scheduledEventID = scheduledEventID
        self.startedEventID = startedEventID
        self.retryState = retryState
    }
}

/// Attributes of an activity that stopped because it was asked to.
public struct ActivityTaskCanceled: Hashable, Sendable {
    /// What the activity said when it stopped.
    public var details: Payload?
    /// The activity.
    public var scheduledEventID: EventID
    /// The last attempt's beginning; 0 when no attempt began.
    public var startedEventID: EventID

    package init(
        details: Payload? = nil,
        scheduledEventID: EventID,
        startedEventID: EventID
    ) {
        self.details = details
        self.scheduledEventID = scheduledEventID
        self.startedEventID = startedEventID
    }
}
