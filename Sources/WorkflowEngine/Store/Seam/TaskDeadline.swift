import WorkflowCore

/// The earliest time limit of a task in its state, and which of the four it is.
///
/// | state | limits that apply, and what they count from |
/// |---|---|
/// | waiting | schedule-to-start from `visibleAt`, schedule-to-close from `scheduledTime` |
/// | started | schedule-to-close, start-to-close from `startedAt`, heartbeat from the last one or `startedAt` |
///
/// Limits that pass at the same time rank in the order of this table's columns: schedule-to-close of a running attempt
/// comes first because it is final, and because a longer start-to-close was lowered to it.
package struct TaskDeadline: Hashable, Sendable {
    package var time: Timestamp
    /// `nil` when no limit applies.
    package var type: TimeoutType?
    package init(time: Timestamp, type: TimeoutType?) {
        self.time = time
        self.type = type
    }

    /// Nothing limits the task.
    package static let none = TaskDeadline(time: .never, type: nil)

    /// The limit of a task that waits in its queue.
    package static func waiting(
        _ scheduled: ActivityTaskScheduled,
        scheduledTime: Timestamp,
        visibleAt: Timestamp
    ) -> TaskDeadline {
        var deadline = TaskDeadline.none
        deadline.limit(.scheduleToStart, visibleAt, scheduled.scheduleToStartTimeout)
        deadline.limit(.scheduleToClose, scheduledTime, scheduled.scheduleToCloseTimeout)
        return deadline
    }

    /// The limit of a running attempt.
    package static func started(
        _ scheduled: ActivityTaskScheduled,
        scheduledTime: Timestamp,
        startedAt: Timestamp,
        lastHeartbeat: Timestamp?
    ) -> TaskDeadline {
        var deadline = TaskDeadline.none
        deadline.limit(.scheduleToClose, scheduledTime, scheduled.scheduleToCloseTimeout)
        deadline.limit(.startToClose, startedAt, scheduled.startToCloseTimeout)
        deadline.limit(.heartbeat, lastHeartbeat ?? startedAt, scheduled.heartbeatTimeout)
        return deadline
    }

    private mutating func limit(_ type: TimeoutType, _ start: Timestamp, _ duration: Duration?) {
        guard let duration else { return }
        let end = start + duration
        if end < time { self = TaskDeadline(time: end, type: type) }
    }
}
