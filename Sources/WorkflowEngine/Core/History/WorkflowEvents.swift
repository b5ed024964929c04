/// Attributes of the first event of every history.
public struct WorkflowExecutionStarted: Hashable, Sendable {
    /// The workflow's registered name.
    public var workflowType: String
    /// The queue whose workers advance the run.
    public var taskQueue: TaskQueue
    /// The encoded input; `nil` for `Void`.
    public var input: Payload?
    /// Limit of the run from start to close; `nil` means none.
    public var workflowRunTimeout: Duration?
    /// The id of this run; every random draw follows from it.
    public var originalExecutionRunID: RunID
    /// Who started the run.
    public var identity: String
    /// The id the caller chose.
    public var workflowID: WorkflowID

    /// Builds the attributes.
    public init(
        workflowType: String,
        taskQueue: TaskQueue,
        input: Payload?,
        workflowRunTimeout: Duration? = nil,
        originalExecutionRunID: RunID,
        identity: String,
        workflowID: WorkflowID
    ) {
        self.workflowType = workflowType
        self.taskQueue = taskQueue
        self.input = input
        self.workflowRunTimeout = workflowRunTimeout
        self.originalExecutionRunID = originalExecutionRunID
        self.identity = identity
        self.workflowID = workflowID
    }
}

/// Attributes of a normal end.
public struct WorkflowExecutionCompleted: Hashable, Sendable {
    /// The encoded return value; `nil` for `Void`.
    public var result: Payload?
    /// The activation that returned.
    public var workflowTaskCompletedEventID: EventID

    package init(
        result: Payload? = nil,
        workflowTaskCompletedEventID: EventID
    ) {
        self.result = result
        self.workflowTaskCompletedEventID = workflowTaskCompletedEventID
    }
}

/// Attributes of an end by a thrown error.
public struct WorkflowExecutionFailed: Hashable, Sendable {
    /// What was thrown.
    public var failure: Failure
    /// The activation that threw.
    public var workflowTaskCompletedEventID: EventID

    package init(
        failure: Failure,
        workflowTaskCompletedEventID: EventID
    ) {
        self.failure = failure
        self.workflowTaskCompletedEventID = workflowTaskCompletedEventID
    }
}

/// Attributes of a recorded fact.
public struct MarkerRecorded: Hashable, Sendable {
    /// What kind of fact: ``patchMarkerName`` for patches.
    public var markerName: String
    /// The fact itself: a patch's id.
    public var details: String
    /// The activation that recorded it.
    public var workflowTaskCompletedEventID: EventID

    /// The marker that says a patch is active.
    public static let patchMarkerName = "core_patch"

    package init(
        markerName: String,
        details: String,
        workflowTaskCompletedEventID: EventID
    ) {
        self.markerName = markerName
        self.details = details
        self.workflowTaskCompletedEventID = workflowTaskCompletedEventID
    }
}

/// Attributes of an arrived signal.
public struct WorkflowExecutionSignaled: Hashable, Sendable {
    /// The signal's name.
    public var signalName: String
    /// The encoded value; `nil` for `Void`.
    public var input: Payload?
    /// Who sent it.
    public var identity: String
    /// The sender's id of this request, empty if none was given.
    public var requestID: String

    /// Builds the attributes.
    public init(signalName: String, input: Payload?, identity: String, requestID: String = "") {
        self.signalName = signalName
        self.input = input
        self.identity = identity
        self.requestID = requestID
    }
}

/// Attributes of a started timer.
public struct TimerStarted: Hashable, Sendable {
    /// The timer's id within the run.
    public var timerID: String
    /// How long after the event's time it fires.
    public var startToFireTimeout: Duration
    /// The activation that started it.
    public var workflowTaskCompletedEventID: EventID

    package init(
        timerID: String,
        startToFireTimeout: Duration,
        workflowTaskCompletedEventID: EventID
    ) {
        self.timerID = timerID
        self.startToFireTimeout = startToFireTimeout
        self.workflowTaskCompletedEventID = workflowTaskCompletedEventID
    }
}
