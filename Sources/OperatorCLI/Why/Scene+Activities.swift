import WorkflowCore
import WorkflowStore

/// Verdicts about activities.
extension Scene {
    var activity: Verdict? { worstTask.map { verdict($0.task, $0.situation) } }

    /// The activity that holds the run up most; of equals the first scheduled.
    var worstTask: (task: TaskRecord, situation: TaskSituation)? {
        let judged = tasks.map { (task: $0, situation: TaskSituation.of($0, workers: workers, now: time.now)) }
        return judged.max { left, right in
            (left.situation.severity, right.task.scheduledEventID)
                < (right.situation.severity, left.task.scheduledEventID)
        }
    }

    private func verdict(_ task: TaskRecord, _ situation: TaskSituation) -> Verdict {
        let type = task.scheduled.activityType
        let timing = timing(task, situation)
        return Verdict(
            situation.code,
            "activity \(type) (event \(task.scheduledEventID)): \(situation.words(task, workers, time))",
            since: timing.since,
            until: timing.until,
            next: next(task, situation),
            withoutWorkers: withoutWorkers(task),
            command: situation.needsWorkers
                ? "mizzo worker list" : "mizzo workflow attempts \(id) --activity \(type.shellQuoted)"
        )
    }

    private func timing(_ task: TaskRecord, _ situation: TaskSituation) -> (since: Timestamp?, until: Timestamp?) {
        let limit = task.deadline == .never ? nil : task.deadline
        switch situation {
        case .waitsForRetry: return (task.scheduledTime, task.visibleAt)
        case .running, .overdue, .workerGone: return (task.startedAt, limit)
        case .queueNotServed, .typeNotServed, .aboutToStart, .slotsBusy: return (task.visibleAt, limit)
        }
    }

    private func next(_ task: TaskRecord, _ situation: TaskSituation) -> String {
        let queue = task.scheduled.taskQueue
        let limit =
            task.deadlineType.map { "; its \($0) limit ends the wait \(time.time(task.deadline))" } ?? ""
        switch situation {
        case .queueNotServed: return "nothing until a worker for queue \(queue) starts" + limit
        case .typeNotServed:
            return "nothing until a worker with activity type \(task.scheduled.activityType) serves queue \(queue)"
                + limit
        case .aboutToStart: return "a worker of queue \(queue) starts it within a second"
        case .slotsBusy:
            return "it starts when a worker of queue \(queue) has a free slot, longest waiting first" + limit
        case .waitsForRetry: return "\(task.attemptWords) starts \(time.time(task.visibleAt))"
        case .running: return runningNext(task)
        case .overdue: return "a worker ends the attempt within a second and decides on the next one"
        case .workerGone:
            let hasLiving = workers.contains(where: \.isAlive)
            return hasLiving
                ? "a living worker ends the attempt within a second and decides on the next one"
                : "the next worker that starts ends the attempt and decides on the next one"
        }
    }

    private func runningNext(_ task: TaskRecord) -> String {
        guard let type = task.deadlineType, task.deadline != .never else { return "its result continues the run" }
        return "its result continues the run; its \(type) limit passes \(time.time(task.deadline))"
    }

    private func withoutWorkers(_ task: TaskRecord) -> String {
        let total = task.scheduled.scheduleToCloseTimeout.map {
            ", unless its ScheduleToClose limit (\($0.forPeople)) has passed by then"
        }
        return "the activity is tried again when a worker for queue \(task.scheduled.taskQueue) starts" + (total ?? "")
    }
}

extension TaskSituation {
    fileprivate var code: Verdict.Code {
        switch self {
        case .queueNotServed: .activityQueueNotServed
        case .typeNotServed: .activityTypeNotServed
        case .aboutToStart: .activityAboutToStart
        case .slotsBusy: .activitySlotsBusy
        case .waitsForRetry: .activityRetrying
        case .running: .activityRunning
        case .overdue: .activityOverdue
        case .workerGone: .activityWorkerGone
        }
    }

    /// Whether the list of workers tells more than the attempts.
    fileprivate var needsWorkers: Bool {
        switch self {
        case .queueNotServed, .typeNotServed, .slotsBusy, .workerGone: true
        case .aboutToStart, .waitsForRetry, .running, .overdue: false
        }
    }
}
