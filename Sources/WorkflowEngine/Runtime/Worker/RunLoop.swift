import DequeModule
import Foundation
import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// The engine's thread: owns every run of this worker and advances them one activation after the other.
///
/// All state here belongs to the thread whose generation is current. A run whose code does not come back is found by
/// ``DeadlockWatch``: the thread it occupies is written off, a new one goes on with all other runs.
final class RunLoop: @unchecked Sendable {
    // SAFETY: the stored variables are used by the current loop thread only; a written-off thread leaves through
    // `watch.isCurrent` before it touches them. Everything else reaches the loop through `mailbox`.
    indirect enum Message: Sendable {
        case claimed([ClaimedRun])
        case start(PendingStart)
        case loaded(RunKey, stay: Int, Result<LoadedRun, any Error>)
        case inboxChanged(RunKey)
        case inboxRead(RunKey, stay: Int, Result<[InboxMessage], any Error>)
        case attemptEnded(RunKey, EndedAttempt)
        case committed(RunKey, stay: Int, Result<CommitOutcome, any Error>)
        case ownershipLost(RunKey)
        case foreignResume(RunKey, stay: Int)
        case schedule(Timestamp, @Sendable () -> Void)
        case deadlocked(RunKey)
        case releaseAll(@Sendable () -> Void)
        /// Answers with the earliest timer of the loaded runs (`never` if none), or `nil` while anything is under way.
        case askIdle(@Sendable (Timestamp?) -> Void)
        /// Calls back when the run closes, or at once with `nil` when it is not in memory.
        case awaitClose(RunKey, @Sendable (EventAttributes?) -> Void)
        case stop
    }

    struct LoadedRun: Sendable {
        let history: [HistoryEvent]
        let inbox: [InboxMessage]
    }

    let environment: WorkerEnvironment
    let mailbox = Mailbox<Message>()
    let watch: DeadlockWatch
    var runs: [RunKey: CachedRun] = [:]
    var ready: [RunKey] = []
    /// What the activations of this turn want to commit: handed to the store together.
    var commits: [UnsentCommit] = []
    /// How many commits the store has not reported on.
    var commitsUnderWay = 0
    /// The activities that commits of this turn have started: handed to the runner together.
    var startedTasks: [TaskRecord] = []
    var due = DueQueue()
    var sweep: Deque<RunKey> = []
    private var lastLook = Timestamp.distantPast
    private var lastStay = 0
    var isStopping = false
    /// Runs that got a message while they were not loaded: one that this process has just started may not be here yet.
    var messagesOfUnloaded: Set<RunKey> = []
    /// Given to a run until the store has given it its own; always negative.
    var lastProvisionalKey = RunKey(0)
    /// Called when no run is left; set while the worker stops. What has ended by then is committed first.
    var releaseWaiter: (@Sendable () -> Void)?
    /// Set before the loop starts.
    var callbacks: Callbacks

    /// What the loop asks of the rest of the worker.
    struct Callbacks: Sendable {
        var startTasks: @Sendable ([TaskRecord]) -> Void
        var reportElsewhere: @Sendable (RunKey, EndedAttempt) -> Void
        var tasksWaiting: @Sendable (TaskQueue) -> Void
        var runsWaiting: @Sendable () -> Void
        /// The store refuses all further writes: only a new process can go on.
        var storeIsLost: @Sendable (any Error) -> Void
    }

    init(environment: WorkerEnvironment, callbacks: Callbacks) {
        self.environment = environment
        self.callbacks = callbacks
        watch = DeadlockWatch(limit: environment.configuration.deadlockTimeout)
        environment.clock.onAdvance { [weak mailbox] in mailbox?.wake() }
    }

    func start() {
        spawnThread()
        watch.start { [weak self] run in
            guard let self else { return }
            self.mailbox.post(.deadlocked(run))
            self.spawnThread()
        }
    }

    private func spawnThread() {
        let generation = watch.currentGeneration
        let thread = Thread { [self] in main(generation) }
        thread.name = "workflow-engine"
        thread.stackSize = 4 << 20
        thread.start()
    }

    private func main(_ generation: Int) {
        while !isStopping {
            let wait = due.next.map { environment.clock.realDuration(until: $0) } ?? nil
            let isLeaving = releaseWaiter != nil
            for message in mailbox.take(waitingUpTo: wait) { handle(message) }
            // Runs that always have something to do would never be without a commit under way at the end of a turn.
            if isLeaving, let done = releaseWaiter { releaseAll(done) }
            startTasks()
            fireDue()
            guard activateReady(generation) else { return }
            if let done = releaseWaiter { releaseAll(done) }
        }
        watch.stop()
    }

    // MARK: Messages

    private func handle(_ message: Message) {
        switch message {
        case .claimed(let claimed): take(claimed)
        case .start(let start): begin(start)
        case .loaded(let key, let stay, let result):
            if let run = run(key, stay) { loaded(run, result) }
        case .inboxChanged(let key): if let run = runs[key] { readInbox(run) } else { noteMessage(ofUnloaded: key) }
        case .inboxRead(let key, let stay, let result):
            if let run = run(key, stay) { inboxRead(run, result) }
        case .attemptEnded(let key, let ended): attemptEnded(key, ended)
        case .committed(let key, let stay, let result): commitEnded(key, stay, result)
        case .ownershipLost(let key):
            // A commit under way will say so itself, and until then nobody knows what it has started.
            if let run = runs[key], run.phase != .committing { drop(run) }
        case .foreignResume(let key, let stay): if let run = run(key, stay) { resumedFromElsewhere(run) }
        case .schedule(let time, let action): due.insert(.call(action), at: time)
        case .deadlocked(let key): takeOver(fromThreadStuckIn: key)
        case .releaseAll(let done): releaseWaiter = done
        case .askIdle(let answer): answer(earliestTimerIfIdle())
        case .awaitClose(let key, let waiter):
            if let run = runs[key] { run.closeWaiters.append(waiter) } else { waiter(nil) }
        case .stop: isStopping = true
        }
    }

    private func takeOver(fromThreadStuckIn key: RunKey) {
        if let run = runs[key] { blockDeadlocked(run) }
        submitCommits()
        // The thread that was written off took the list with it.
        ready = runs.values.filter(\.isReady).map(\.key).sorted()
    }

    /// Only the newest matter: a run gets its key right after it was started. Every other load reads the inbox anyway.
    private func noteMessage(ofUnloaded key: RunKey) {
        messagesOfUnloaded.insert(key)
        guard messagesOfUnloaded.count > 1000 else { return }
        messagesOfUnloaded = Set(messagesOfUnloaded.sorted().suffix(500))
    }

    private func earliestTimerIfIdle() -> Timestamp? {
        startTasks()
        var earliest = Timestamp.never
        for run in runs.values {
            guard run.isEvictable, let execution = run.execution else { return nil }
            earliest = min(earliest, execution.wakeAt)
        }
        return earliest
    }

    func run(_ key: RunKey, _ stay: Int) -> CachedRun? {
        guard let run = runs[key], run.stay == stay else { return nil }
        return run
    }

    func makeRun(_ claimed: ClaimedRun) -> CachedRun {
        lastStay += 1
        let run = CachedRun(claimed, stay: lastStay)
        insert(run)
        return run
    }

    private func attemptEnded(_ key: RunKey, _ ended: EndedAttempt) {
        guard let run = runs[key] else { return callbacks.reportElsewhere(key, ended) }
        run.inputs.append(.attemptEnded(ended))
        markReady(run)
    }

    private func resumedFromElsewhere(_ run: CachedRun) {
        guard let violation = run.execution?.executor.violation else { return }
        if run.phase == .committing { run.violation = violation } else { block(run, violation) }
    }

    private func fireDue() {
        let now = environment.clock.now
        if due.isCrowded { due.removeAll(where: isObsolete) }
        // A clock that was set back: what this process planned for itself does not wait for the difference. Timers do,
        // they are points in time.
        if now + .seconds(1) < lastLook { for call in due.removeCalls() { call() } }
        lastLook = now
        while let action = due.popDue(at: now) {
            switch action {
            case .call(let call): call()
            case .timer(let key, let event): give(key, .timerFired(startedEventID: event))
            case .runTimeout(let key): give(key, .runTimedOut)
            }
        }
    }

    private func isObsolete(_ action: DueQueue.Action) -> Bool {
        switch action {
        case .call: false
        case .timer(let key, let event): runs[key]?.execution?.machine.armedTimers[event] == nil
        case .runTimeout(let key): runs[key]?.execution == nil
        }
    }

    /// A timer of a run that is not loaded, or that is no longer armed, is no concern of this loop.
    private func give(_ key: RunKey, _ input: ActivationInput) {
        guard let run = runs[key], let execution = run.execution else { return }
        if case .timerFired(let id) = input, execution.machine.armedTimers[id] == nil { return }
        run.inputs.append(input)
        markReady(run)
    }

    func markReady(_ run: CachedRun) {
        if run.isReady { ready.append(run.key) }
    }
}
