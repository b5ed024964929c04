import WorkflowCore
import WorkflowStore

/// What a run has in front of it, one line each: blocked, activities, timers, signals, unread messages.
package struct PendingView: Sendable {
    package struct Line: Hashable, Sendable {
        /// The event that began the wait; 0 if none.
        package var event: EventID
        package var text: String
        package var isTrouble: Bool
    }

    package var lines: [Line] = []

    package init(
        run: RunRecord,
        tasks: [TaskRecord],
        timers: [TimerRecord],
        workers: [WorkerRecord],
        time: TimeText
    ) {
        guard !run.status.isClosed else { return }
        if let blocked = run.blocked { lines.append(.blocked(blocked, nextTry: run.wakeAt, time)) }
        for task in tasks.sorted(by: { $0.scheduledEventID < $1.scheduledEventID }) {
            let situation = TaskSituation.of(task, workers: workers, now: time.now)
            lines.append(
                Line(
                    event: task.scheduledEventID,
                    text: "activity \(task.scheduled.activityType) \(situation.words(task, workers, time))",
                    isTrouble: situation.isTrouble || task.lastFailure != nil
                )
            )
        }
        for timer in timers.sorted(by: { $0.fireTime < $1.fireTime }) {
            let verb = timer.fireTime <= time.now ? "is due since" : "fires"
            lines.append(
                Line(event: timer.startedEventID, text: "timer \(verb) \(time.time(timer.fireTime))", isTrouble: false)
            )
        }
        for wait in run.waits where wait.kind == "signal" || wait.kind == "condition" {
            lines.append(Line(event: wait.eventID, text: "waits for \(wait.words)", isTrouble: false))
        }
        if run.cancelRequested { lines.append(Line(event: 0, text: "was asked to cancel", isTrouble: false)) }
        if run.inboxCount > 0 {
            let words = run.inboxCount == 1 ? "1 message is" : "\(run.inboxCount) messages are"
            lines.append(Line(event: 0, text: "\(words) not read yet", isTrouble: false))
        }
    }
}

extension PendingView.Line {
    fileprivate static func blocked(_ blocked: BlockedReason, nextTry: Timestamp, _ time: TimeText) -> Self {
        let location = blocked.location.map { " at \($0)" } ?? ""
        let tries = blocked.count == 1 ? "1 try" : "\(blocked.count) tries"
        return Self(
            event: blocked.eventID,
            text: "blocked [\(blocked.code)]\(location): \(blocked.message) (\(tries), next \(time.time(nextTry)))",
            isTrouble: true
        )
    }
}

extension RunWait {
    /// The wait with its source position: `signal review at Publish.swift:42`.
    var words: String { location.isEmpty ? subject : "\(subject) at \(location)" }

    /// The wait alone: `signal review`, `a condition`.
    var subject: String {
        switch kind {
        case "condition": "a condition"
        default: name.isEmpty ? kind : "\(kind) \(name)"
        }
    }
}

extension RunRecord {
    /// Why an open run has not ended, in a few words; `nil` when it is being worked on or has closed.
    package var waitingHint: String? {
        guard !status.isClosed else { return nil }
        if let blocked { return "blocked: \(blocked.code)" }
        let subjects = waits.map(\.subject)
        let cancelling = cancelRequested ? "cancelling, " : ""
        guard let first = subjects.first else {
            return inboxCount > 0 && owner == .nobody ? "unread messages" : nil
        }
        let more = subjects.count > 1 ? " and \(subjects.count - 1) more" : ""
        return "\(cancelling)waiting for \(first)\(more)"
    }
}
