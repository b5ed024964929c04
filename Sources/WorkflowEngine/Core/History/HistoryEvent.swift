/// One event of a run's history.
public struct HistoryEvent: Hashable, Sendable {
    /// Position in the history, from 1, dense.
    public var id: EventID
    /// When it happened, by the clock of the process that recorded it.
    public var time: Timestamp
    /// What happened.
    public var attributes: EventAttributes

    /// Builds an event.
    public init(id: EventID, time: Timestamp, attributes: EventAttributes) {
        self.id = id
        self.time = time
        self.attributes = attributes
    }

    /// The kind of event.
    public var type: EventType { attributes.type }
}

/// What happened, by kind of event. Field names are those of Temporal's event attributes.
///
/// Indirect, because events are handed on several times in an activation: a reference costs less than a large value (a
/// quarter of the engine's CPU time per workflow when it was measured).
public indirect enum EventAttributes: Hashable, Sendable {
    /// The run was started.
    case workflowExecutionStarted(WorkflowExecutionStarted)
    /// `run` returned.
    case workflowExecutionCompleted(WorkflowExecutionCompleted)
    /// `run` threw.
    case workflowExecutionFailed(WorkflowExecutionFailed)
    /// The run's own time limit passed.
    case workflowExecutionTimedOut
    /// The run had something to do.
    case workflowTaskScheduled
    /// A worker began an activation.
    case workflowTaskStarted(scheduledEventID: EventID)
    /// The activation ended; its commands follow.
    case workflowTaskCompleted(scheduledEventID: EventID, startedEventID: EventID)
    /// An activity was scheduled.
    case activityTaskScheduled(ActivityTaskScheduled)
    /// The attempt that decided the activity began; written together with the outcome.
    case activityTaskStarted(ActivityTaskStarted)
    /// The activity returned.
    case activityTaskCompleted(ActivityTaskCompleted)
    /// The activity failed for good.
    case activityTaskFailed(ActivityTaskFailed)
    /// A time limit ended the activity for good.
    case activityTaskTimedOut(ActivityTaskFailed)
    /// The workflow asked the activity to stop.
    case activityTaskCancelRequested(scheduledEventID: EventID, workflowTaskCompletedEventID: EventID)
    /// The activity stopped because it was asked to.
    case activityTaskCanceled(ActivityTaskCanceled)
    /// A timer was started.
    case timerStarted(TimerStarted)
    /// A timer fired.
    case timerFired(startedEventID: EventID)
    /// The workflow cancelled a timer.
    case timerCanceled(startedEventID: EventID, workflowTaskCompletedEventID: EventID)
    /// Somebody asked the run to cancel.
    case workflowExecutionCancelRequested(cause: String, identity: String)
    /// `run` ended by letting the cancellation through.
    case workflowExecutionCanceled(workflowTaskCompletedEventID: EventID)
    /// The workflow recorded a fact, for example that a patch is active.
    case markerRecorded(MarkerRecorded)
    /// A signal arrived.
    case workflowExecutionSignaled(WorkflowExecutionSignaled)
    /// An operator ended the run at once.
    case workflowExecutionTerminated(reason: String, identity: String)

    /// The kind of event.
    public var type: EventType {
        switch self {
        case .workflowExecutionStarted: .workflowExecutionStarted
        case .workflowExecutionCompleted: .workflowExecutionCompleted
        case .workflowExecutionFailed: .workflowExecutionFailed
        case .workflowExecutionTimedOut: .workflowExecutionTimedOut
        case .workflowTaskScheduled: .workflowTaskScheduled
        case .workflowTaskStarted: .workflowTaskStarted
        case .workflowTaskCompleted: .workflowTaskCompleted
        case .activityTaskScheduled: .activityTaskScheduled
        case .activityTaskStarted: .activityTaskStarted
        case .activityTaskCompleted: .activityTaskCompleted
        case .activityTaskFailed: .activityTaskFailed
        case .activityTaskTimedOut: .activityTaskTimedOut
        case .activityTaskCancelRequested: .activityTaskCancelRequested
        case .activityTaskCanceled: .activityTaskCanceled
        case .timerStarted: .timerStarted
        case .timerFired: .timerFired
        case .timerCanceled: .timerCanceled
        case .workflowExecutionCancelRequested: .workflowExecutionCancelRequested
        case .workflowExecutionCanceled: .workflowExecutionCanceled
        case .markerRecorded: .markerRecorded
        case .workflowExecutionSignaled: .workflowExecutionSignaled
        case .workflowExecutionTerminated: .workflowExecutionTerminated
        }
    }
}
