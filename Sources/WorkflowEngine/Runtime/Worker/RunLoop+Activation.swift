import Synchronization
import WorkflowCore
import WorkflowStore

/// Activations and their commits.
extension RunLoop {
    /// `false` when the calling thread was written off while it ran workflow code.
    func activateReady(_ generation: Int) -> Bool {
        let keys = ready
        ready.removeAll(keepingCapacity: true)
        for key in keys {
            guard let run = runs[key], run.isReady else { continue }
            guard replay(run, generation) else { return false }
            // The replay may have blocked it.
            guard runs[key] === run, run.isReady, let execution = run.execution else { continue }
            guard activate(run, execution, generation) else { return false }
            if commits.count == Self.commitsAtOnce { submitCommits() }
        }
        submitCommits()
        return true
    }

    /// Few enough that the store writes the first ones while the code of the next ones runs.
    private static var commitsAtOnce: Int { 8 }

    func submitCommits() {
        guard !commits.isEmpty else { return }
        let reports = CommitReports(count: commits.count, mailbox)
        let pending = commits.map { unsent in
            PendingCommit(unsent.commit, starting: unsent.start) { result in
                reports.add(.committed(unsent.key, stay: unsent.stay, result))
            }
        }
        commits.removeAll(keepingCapacity: true)
        let isAlone = pending.count == 1 && commitsUnderWay == 0 && mailbox.isEmpty
        commitsUnderWay += pending.count
        // Alone, this thread would be woken by another one that it has woken.
        if isAlone, environment.store.commitHere(pending[0]) { return }
        environment.store.commit(pending)
    }

    /// Hands over what was started, before anybody asks whether something is under way.
    func startTasks() {
        guard !startedTasks.isEmpty else { return }
        callbacks.startTasks(startedTasks)
        startedTasks.removeAll(keepingCapacity: true)
    }

    private func activate(_ run: CachedRun, _ execution: RunExecution, _ generation: Int) -> Bool {
        run.wasUsed = true
        watch.enter(run.key)
        let result = Result { try execution.activate(run.inputs, unhandled: run.unhandled, at: environment.clock.now) }
        // A written-off thread leaves the inputs to `blockDeadlocked`: no ended attempt may be lost with it.
        guard watch.leave(generation) else {
            execution.evict()
            return false
        }
        let inputs = run.inputs
        run.inputs = []
        run.unhandled = []
        switch result {
        case .success(let result) where result.events.isEmpty: return true
        case .success(let result): commit(run, execution, result)
        case .failure(let error):
            run.inputs = inputs
            block(run, error)
        }
        return true
    }

    private func commit(_ run: CachedRun, _ execution: RunExecution, _ result: ActivationResult) {
        let (commit, inFlight) = CommitBuilder(
            environment: environment,
            run: run,
            execution: execution,
            result: result
        ).build()
        run.inFlight = inFlight
        run.phase = .committing
        commits.append(UnsentCommit(commit: commit, start: run.start?.request, key: run.key, stay: run.stay))
    }

    func commitEnded(_ key: RunKey, _ stay: Int, _ result: Result<CommitOutcome, any Error>) {
        commitsUnderWay -= 1
        if let run = run(key, stay) { committed(run, result) }
    }

    private func committed(_ run: CachedRun, _ result: Result<CommitOutcome, any Error>) {
        guard let inFlight = run.inFlight else { return }
        run.inFlight = nil
        switch result {
        case .success(.committed): didCommit(run, inFlight)
        case .success(.started(let reference)): didStart(run, as: reference, inFlight)
        case .success(.notStarted(let outcome)): didNotStart(run, .success(outcome), inFlight)
        case .failure(let error) where run.start != nil: didNotStart(run, .failure(error), inFlight)
        case .success(.ownershipLost):
            abandon(inFlight, of: run)
            drop(run)
        case .success(.historyMoved), .success(.staleAttempt), .success(.unreadInbox):
            abandon(inFlight, of: run)
            reload(run)
        case .failure(let error):
            abandon(inFlight, of: run)
            storeFailed(run, error)
        }
    }

    func didCommit(_ run: CachedRun, _ inFlight: InFlightCommit) {
        startedTasks += inFlight.startedTasks
        for queue in inFlight.waitingTasks { callbacks.tasksWaiting(queue) }
        for (id, time) in inFlight.newTimers { due.insert(.timer(run.key, id), at: time) }
        if let event = inFlight.closingEvent {
            runs[run.key] = nil
            run.execution?.evict()
            run.tellCloseWaiters(event)
            return
        }
        run.phase = .idle
        if let violation = run.violation { return block(run, violation) }
        rereadInboxIfNeeded(run)
        markReady(run)
    }

    /// A commit that did not happen: its slots are free again, its ended attempts go through the store.
    func abandon(_ inFlight: InFlightCommit, of run: CachedRun) {
        for task in inFlight.startedTasks { environment.slots.release(task.scheduled.taskQueue) }
        for queue in inFlight.waitingTasks { callbacks.tasksWaiting(queue) }
        for ended in inFlight.endedAttempts { callbacks.reportElsewhere(run.key, ended) }
    }
}

/// An activation's commit that waits for those of the same turn.
struct UnsentCommit {
    let commit: ActivationCommit
    let start: StartRequest?
    let key: RunKey
    let stay: Int
}

/// Gathers how the commits of one turn ended and tells the loop of all at once. Told one by one, it would wake at the first and
/// make small groups of what the others cause.
private final class CommitReports: Sendable {
    private let count: Int
    private let mailbox: Mailbox<RunLoop.Message>
    private let messages = Mutex<[RunLoop.Message]>([])

    init(count: Int, _ mailbox: Mailbox<RunLoop.Message>) {
        self.count = count
        self.mailbox = mailbox
        messages.withLock { $0.reserveCapacity(count) }
    }

    func add(_ message: RunLoop.Message) {
        let all = messages.withLock { messages -> [RunLoop.Message]? in
            messages.append(message)
            return messages.count == count ? messages : nil
        }
        if let all { mailbox.post(all) }
    }
}
