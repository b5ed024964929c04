import WorkflowCore
import WorkflowStore

/// Verdicts about signals, conditions and timers: nobody has to act, or somebody outside has.
extension Scene {
    /// A signal comes before a condition and a timer: it is what an operator can send.
    var wait: Verdict? {
        if let signal = run.waits.first(where: { $0.kind == "signal" }) { return waiting(forSignal: signal) }
        if let condition = run.waits.first(where: { $0.kind == "condition" }) {
            return waiting(forCondition: condition)
        }
        if let timer = timers.first { return waiting(forTimer: timer) }
        return nil
    }

    private func waiting(forSignal wait: RunWait) -> Verdict {
        Verdict(
            .waitingForSignal,
            wait.words,
            since: wait.since,
            until: timers.first?.fireTime,
            next: "the signal continues the run within a second\(serving)\(limit)",
            withoutWorkers: "signals are kept and delivered in order when a worker starts",
            command: "mizzo workflow signal \(id) --name \(wait.name.shellQuoted) --input 'JSON'"
        )
    }

    private func waiting(forCondition wait: RunWait) -> Verdict {
        Verdict(
            .waitingForCondition,
            wait.words,
            since: wait.since,
            until: timers.first?.fireTime,
            next: "it is looked at after every signal, activity and timer of the run\(limit)",
            withoutWorkers: "stays as it is; signals are kept for the next worker",
            command: "mizzo workflow describe \(id)"
        )
    }

    private func waiting(forTimer timer: TimerRecord) -> Verdict {
        Verdict(
            .waitingForTimer,
            "a timer (event \(timer.startedEventID)) that fires \(time.time(timer.fireTime))",
            since: run.waits.first { $0.eventID == timer.startedEventID }?.since,
            until: timer.fireTime,
            next: "the timer fires \(time.time(timer.fireTime))\(serving)",
            withoutWorkers: "the timer counts on; if it is due by then it fires when a worker starts",
            command: "mizzo workflow show \(id) --follow"
        )
    }

    /// A run that is not in memory needs somebody to load it.
    private var serving: String {
        run.owner == .nobody && !isServed
            ? ", but only when a worker with workflow type \(run.workflowType) serves queue \(run.taskQueue)" : ""
    }

    private var limit: String {
        timers.first.map { "; a timer ends the wait \(time.time($0.fireTime)) at the latest" } ?? ""
    }
}
