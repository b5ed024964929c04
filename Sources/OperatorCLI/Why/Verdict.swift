import WorkflowCore
import WorkflowStore

/// One answer to "why has this run not finished?": what it waits for, what happens next, what an operator can do.
///
/// Every open run gets exactly one verdict; the first that applies of: blocked, its owner died, nobody can advance it
/// although there is something to do, its worst activity, the signal, condition or timer it waits for.
package struct Verdict: Hashable, Sendable {
    /// Stable kebab-case name of the verdict, for scripts.
    package var code: Code
    /// What the run waits for.
    package var summary: String
    /// Since when, if known.
    package var since: Timestamp?
    /// When it goes on without anybody acting, if known.
    package var until: Timestamp?
    /// What happens next.
    package var next: String
    /// What becomes of it while every worker is down.
    package var withoutWorkers: String
    /// The command that helps most.
    package var command: String?
    /// What else is pending.
    package var others: [String] = []

    package enum Code: String, Sendable, CaseIterable {
        case closed
        case blocked
        case ownerGone = "owner-gone"
        case ownerGoneNoWorker = "owner-gone-no-worker"
        case noWorkflowWorker = "no-workflow-worker"
        case aboutToContinue = "about-to-continue"
        case activityQueueNotServed = "activity-queue-not-served"
        case activityTypeNotServed = "activity-type-not-served"
        case activityAboutToStart = "activity-about-to-start"
        case activitySlotsBusy = "activity-slots-busy"
        case activityRetrying = "activity-retrying"
        case activityRunning = "activity-running"
        case activityOverdue = "activity-overdue"
        case activityWorkerGone = "activity-worker-gone"
        case waitingForSignal = "waiting-for-signal"
        case waitingForCondition = "waiting-for-condition"
        case waitingForTimer = "waiting-for-timer"
        case working
    }

    /// Judges a run by what the store knows of it.
    ///
    /// - Parameters:
    ///   - tasks: the run's activities without outcome.
    ///   - timers: the run's armed timers.
    ///   - workers: all workers, living or not.
    package static func of(
        run: RunRecord,
        tasks: [TaskRecord],
        timers: [TimerRecord],
        workers: [WorkerRecord],
        now: Timestamp
    ) -> Verdict {
        let scene = Scene(
            run: run,
            tasks: tasks,
            timers: timers.sorted { $0.fireTime < $1.fireTime },
            workers: workers,
            time: TimeText(mode: .relative, now: now)
        )
        return scene.verdict
    }

    init(
        _ code: Code,
        _ summary: String,
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        next: String,
        withoutWorkers: String,
        command: String? = nil
    ) {
        self.code = code
        self.summary = summary
        self.since = since
        self.until = until
        self.next = next
        self.withoutWorkers = withoutWorkers
        self.command = command
    }
}

/// Everything a verdict is drawn from.
struct Scene {
    let run: RunRecord
    let tasks: [TaskRecord]
    let timers: [TimerRecord]
    let workers: [WorkerRecord]
    let time: TimeText

    var verdict: Verdict {
        if run.status.isClosed { return closed }
        var verdict = blocked ?? ownerGone ?? dueWithoutWorker ?? activity ?? wait ?? working
        verdict.others = others(than: verdict)
        return verdict
    }

    /// Whether a living worker would take the run.
    var isServed: Bool {
        workers.contains { worker in
            worker.isAlive && worker.registration.queues.contains(run.taskQueue)
                && worker.registration.workflowTypes.contains(run.workflowType)
        }
    }

    var id: String { run.reference.workflowID.rawValue.shellQuoted }

    /// The rest of what is pending; the verdict itself names one thing.
    private func others(than verdict: Verdict) -> [String] {
        let pending = PendingView(run: run, tasks: tasks, timers: timers, workers: workers, time: time).lines
        return pending.filter { !isSubject($0, of: verdict) }.map(\.text)
    }

    private func isSubject(_ line: PendingView.Line, of verdict: Verdict) -> Bool {
        switch verdict.code {
        case .blocked: line.text.hasPrefix("blocked ")
        case .waitingForSignal, .waitingForCondition: line.text == "waits for \(verdict.summary)"
        case .waitingForTimer: line.event == timers.first?.startedEventID && line.text.hasPrefix("timer ")
        case .activityQueueNotServed, .activityTypeNotServed, .activityAboutToStart, .activitySlotsBusy,
            .activityRetrying, .activityRunning, .activityOverdue, .activityWorkerGone:
            line.event == worstTask?.task.scheduledEventID && line.text.hasPrefix("activity ")
        case .closed, .ownerGone, .ownerGoneNoWorker, .noWorkflowWorker, .aboutToContinue, .working: false
        }
    }

    private var closed: Verdict {
        let when = run.closeTime.map { " \(time.time($0))" } ?? ""
        return Verdict(
            .closed,
            "nothing: the run is closed, it is \(run.status)\(when)",
            since: run.closeTime,
            next: "nothing, a closed run is final",
            withoutWorkers: "stays as it is",
            command: run.status == .completed ? "mizzo workflow result \(id)" : "mizzo workflow describe \(id)"
        )
    }

    private var blocked: Verdict? {
        guard let reason = run.blocked else { return nil }
        let event = reason.eventID > 0 ? " at event \(reason.eventID)" : ""
        let location = reason.location.map { " (\($0))" } ?? ""
        let next =
            isServed
            ? "it is tried again \(time.time(run.wakeAt)), and at once by every worker that starts with new code"
            : "no living worker has workflow type \(run.workflowType); the next one that starts tries it at once"
        return Verdict(
            .blocked,
            "blocked [\(reason.code)]\(event)\(location): \(reason.message)",
            since: reason.since,
            until: run.wakeAt,
            next: next,
            withoutWorkers: "stays blocked, nothing is lost; messages wait unread",
            command: "mizzo workflow show \(id) --all"
        )
    }

    private var ownerGone: Verdict? {
        guard run.owner != .nobody, !workers.contains(where: { $0.key == run.owner && $0.isAlive }) else { return nil }
        let summary = "its worker \(workers.name(of: run.owner)) is gone"
        if isServed {
            return Verdict(
                .ownerGone,
                summary,
                next: "the next living worker takes it over within a second",
                withoutWorkers: "stays where it is until a worker starts",
                command: "mizzo worker list"
            )
        }
        return Verdict(
            .ownerGoneNoWorker,
            "\(summary), and \(nobodyServes)",
            next: "nothing until a worker for it starts; that one takes it over at once",
            withoutWorkers: "stays where it is until a worker starts",
            command: "mizzo worker list"
        )
    }

    private var nobodyServes: String {
        "no living worker has workflow type \(run.workflowType) in queue \(run.taskQueue)"
    }

    /// Something is there for workflow code to do.
    private var dueReason: (words: String, since: Timestamp?)? {
        if run.nextEventID <= 2 { return ("has not begun", run.startTime) }
        if run.inboxCount > 0 {
            let words = run.inboxCount == 1 ? "has 1 unread message" : "has \(run.inboxCount) unread messages"
            // The first message made a run that nobody owns due.
            return (words, run.owner == .nobody && run.wakeAt <= time.now ? run.wakeAt : nil)
        }
        if let timer = timers.first, timer.fireTime <= time.now { return ("has a timer that is due", timer.fireTime) }
        return nil
    }

    private var dueWithoutWorker: Verdict? {
        guard let due = dueReason else { return nil }
        if run.owner != .nobody || isServed {
            let who = run.owner == .nobody ? "a living worker" : "its worker \(workers.name(of: run.owner))"
            return Verdict(
                .aboutToContinue,
                "nothing: it \(due.words)",
                since: due.since,
                next: "\(who) continues it within a second",
                withoutWorkers: "goes on when a worker starts",
                command: "mizzo workflow show \(id) --follow"
            )
        }
        return Verdict(
            .noWorkflowWorker,
            "a worker: it \(due.words), and \(nobodyServes)",
            since: due.since,
            next: "nothing until such a worker starts",
            withoutWorkers: "goes on when a worker starts",
            command: "mizzo worker list"
        )
    }

    private var working: Verdict {
        if run.owner == .nobody && !isServed {
            return Verdict(
                .noWorkflowWorker,
                "a worker: \(nobodyServes)",
                next: "nothing until such a worker starts",
                withoutWorkers: "goes on when a worker starts",
                command: "mizzo worker list"
            )
        }
        return Verdict(
            .working,
            "nothing: its code is running or about to run",
            next: "look again; if this stays, the run becomes blocked with the reason",
            withoutWorkers: "goes on when a worker starts",
            command: "mizzo workflow why \(id)"
        )
    }
}
