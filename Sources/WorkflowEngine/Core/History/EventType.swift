/// The kinds of events in a history; numbers and names are those of Temporal's `EventType` and never change.
public enum EventType: Int, Sendable, CaseIterable {
    case workflowExecutionStarted = 1
    case workflowExecutionCompleted = 2
    case workflowExecutionFailed = 3
    case workflowExecutionTimedOut = 4
    case workflowTaskScheduled = 5
    case workflowTaskStarted = 6
    case workflowTaskCompleted = 7
    case activityTaskScheduled = 10
    case activityTaskStarted = 11
    case activityTaskCompleted = 12
    case activityTaskFailed = 13
    case activityTaskTimedOut = 14
    case activityTaskCancelRequested = 15
    case activityTaskCanceled = 16
    case timerStarted = 17
    case timerFired = 18
    case timerCanceled = 19
    case workflowExecutionCancelRequested = 20
    case workflowExecutionCanceled = 21
    case markerRecorded = 25
    case workflowExecutionSignaled = 26
    case workflowExecutionTerminated = 27

    /// The name as Temporal's tools print it, for example `ActivityTaskScheduled`.
    public var name: String {
        let text = String(describing: self)
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
