import WorkflowCore
import WorkflowStore

/// Where an activity that has no outcome stands, judged from its task and the workers.
package enum TaskSituation: Hashable, Sendable {
    /// Visible, and no living worker serves its queue.
    case queueNotServed
    /// Visible, and no living worker of its queue has its type.
    case typeNotServed
    /// Visible for less than a poll: about to begin.
    case aboutToStart
    /// Visible, somebody could run it, and has not: their slots are taken.
    case slotsBusy
    /// Between two attempts, or delayed.
    case waitsForRetry
    case running
    /// Runs longer than its limit allows; its attempt is about to be ended.
    case overdue
    /// Its worker is gone; the attempt is about to be ended and retried.
    case workerGone

    /// A living worker takes a visible task within this time when it has a free slot.
    private static let poll = Duration.seconds(1)

    package static func of(_ task: TaskRecord, workers: [WorkerRecord], now: Timestamp) -> TaskSituation {
        if task.state == .started {
            guard workers.contains(where: { $0.key == task.worker && $0.isAlive }) else { return .workerGone }
            return task.deadline < now ? .overdue : .running
        }
        if task.visibleAt > now { return .waitsForRetry }
        let serving = workers.filter { $0.isAlive && $0.registration.queues.contains(task.scheduled.taskQueue) }
        if serving.isEmpty { return .queueNotServed }
        guard serving.contains(where: { $0.registration.activityTypes.contains(task.scheduled.activityType) }) else {
            return .typeNotServed
        }
        return now - task.visibleAt < poll ? .aboutToStart : .slotsBusy
    }

    /// Whether nothing will change unless an operator acts, or something has gone wrong.
    var isTrouble: Bool {
        switch self {
        case .queueNotServed, .typeNotServed, .overdue, .workerGone: true
        case .aboutToStart, .slotsBusy, .waitsForRetry, .running: false
        }
    }

    /// Which of several activities holds a run up most: higher is worse.
    var severity: Int {
        switch self {
        case .queueNotServed: 7
        case .typeNotServed: 6
        case .workerGone: 5
        case .overdue: 4
        case .waitsForRetry: 3
        case .slotsBusy: 2
        case .running: 1
        case .aboutToStart: 0
        }
    }

    /// The situation behind the activity's name.
    func words(_ task: TaskRecord, _ workers: [WorkerRecord], _ time: TimeText) -> String {
        let attempt = task.attemptWords
        let queue = task.scheduled.taskQueue
        let lastError = task.lastFailure.map { "; last error: \($0.chainText)" } ?? ""
        let waits = time.since(task.visibleAt)
        switch self {
        case .queueNotServed: return "waits \(waits): no living worker serves queue \(queue)" + lastError
        case .typeNotServed:
            return "waits \(waits): no living worker of queue \(queue) has activity type \(task.scheduled.activityType)"
                + lastError
        case .aboutToStart: return "\(attempt) is about to start in queue \(queue)" + lastError
        case .slotsBusy: return "waits \(waits): all slots of queue \(queue) are busy" + lastError
        case .waitsForRetry: return "\(attempt) starts \(time.time(task.visibleAt))" + lastError
        case .running: return "\(attempt) \(task.runningWords(workers, time))" + lastError
        case .overdue:
            let limit = task.deadlineType.map { " (\($0))" } ?? ""
            let passed = "is past its limit\(limit) of \(time.time(task.deadline))"
            return "\(attempt) \(passed), \(task.runningWords(workers, time))" + lastError
        case .workerGone:
            return "\(attempt) began on worker \(workers.name(of: task.worker)), which is gone" + lastError
        }
    }
}

extension TaskRecord {
    /// `attempt 2 of 5`, or `attempt 2` without a limit.
    var attemptWords: String {
        let maximum = scheduled.retryPolicy.maximumAttempts
        return maximum > 0 ? "attempt \(attempt) of \(maximum)" : "attempt \(attempt)"
    }

    fileprivate func runningWords(_ workers: [WorkerRecord], _ time: TimeText) -> String {
        var words = "runs on worker \(workers.name(of: worker))"
        if let startedAt { words += " \(time.since(startedAt))" }
        if let lastHeartbeat { words += ", heartbeat \(time.time(lastHeartbeat))" }
        if let heartbeatDetails { words += " \(heartbeatDetails.oneLine)" }
        return cancelRequested ? words + ", asked to stop" : words
    }
}

extension [WorkerRecord] {
    /// The worker's identity, or its number when it is no longer known.
    func name(of key: WorkerKey) -> String { first { $0.key == key }?.registration.identity ?? "#\(key)" }
}
