/// The state of a run.
///
/// Transitions: `running → completed | failed | cancelled | terminated | timedOut`; every closed state is final.
public enum RunStatus: Int, Sendable, Codable, CaseIterable, CustomStringConvertible {
    /// Open: has work to do or waits for something.
    case running = 1
    /// `run` returned.
    case completed = 2
    /// `run` threw.
    case failed = 3
    /// `run` let a cancellation through.
    case cancelled = 4
    /// An operator ended it.
    case terminated = 5
    /// Its own time limit passed.
    case timedOut = 7

    /// Whether the run has ended.
    public var isClosed: Bool { self != .running }

    /// The name as the CLI, the API and the logs print it.
    public var description: String {
        switch self {
        case .running: "running"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .terminated: "terminated"
        case .timedOut: "timed-out"
        }
    }

    /// The status a run has after `event`; `nil` if the event does not close it.
    package init?(closedBy event: EventAttributes) {
        switch event {
        case .workflowExecutionCompleted: self = .completed
        case .workflowExecutionFailed: self = .failed
        case .workflowExecutionCanceled: self = .cancelled
        case .workflowExecutionTerminated: self = .terminated
        case .workflowExecutionTimedOut: self = .timedOut
        default: return nil
        }
    }
}
