/// The run's own number of something it waits for or started: an activity, a timer. Allotted in the order in which
/// workflow code asks, so it is the same at every replay; never recorded.
package struct OperationID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package init(_ value: Int) { rawValue = value }
    package var description: String { "#\(rawValue)" }
}

/// Where in the author's code a command was issued.
package struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package init(file: StaticString, line: Int) {
        self.file = "\(file)"
        self.line = line
    }
    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
    package var description: String { "\(file):\(line)" }
}

/// What workflow code asked for. Becomes an event, or is matched with the event it became earlier.
package indirect enum Command: Hashable, Sendable {
    case scheduleActivity(OperationID, ScheduleActivity)
    case requestCancelActivity(OperationID)
    case startTimer(OperationID, Duration)
    case cancelTimer(OperationID)
    case recordPatch(String)
    case completeWorkflow(result: Payload?)
    case failWorkflow(Failure)
    case cancelWorkflow

    /// Everything about an activity that code decides.
    package struct ScheduleActivity: Hashable, Sendable {
        package var activityType: String
        package var taskQueue: TaskQueue
        package var input: Payload?
        package var timeouts: ActivityTimeouts
        package var retryPolicy: RetryPolicy
        package init(
            activityType: String,
            taskQueue: TaskQueue,
            input: Payload?,
            timeouts: ActivityTimeouts,
            retryPolicy: RetryPolicy
        ) {
            self.activityType = activityType
            self.taskQueue = taskQueue
            self.input = input
            self.timeouts = timeouts
            self.retryPolicy = retryPolicy
        }
    }

    /// Whether the command ends the run.
    package var closesRun: Bool {
        switch self {
        case .completeWorkflow, .failWorkflow, .cancelWorkflow: true
        default: false
        }
    }
}

/// A command and the source line that issued it.
package struct IssuedCommand: Hashable, Sendable {
    package var command: Command
    package var location: SourceLocation?
    package init(_ command: Command, at location: SourceLocation? = nil) {
        self.command = command
        self.location = location
    }
}
