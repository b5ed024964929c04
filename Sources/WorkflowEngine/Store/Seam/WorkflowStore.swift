import WorkflowCore

/// Everything the engine asks of a store: the whole contract between runs, their owners and everybody else.
///
/// Rules every implementation keeps, checked by one conformance suite:
/// - each call is one atomic unit and durable when it returns (or its completion is called);
/// - only the owner of a run, with the run's current epoch, appends to its history; everybody else adds to its inbox
///   (``terminate(_:)`` is the exception: it takes the run over for one transaction by raising the epoch);
/// - a report with a stale epoch or attempt changes nothing;
/// - at most one run of a workflow id is open;
/// - observers hear of a change after it is durable, in the order of commits.
package protocol WorkflowStore: Sendable {
    // MARK: Runs from outside
    func start(_ request: StartRequest) async throws -> StartOutcome
    func signal(_ request: SignalRequest) async throws -> SignalOutcome
    func signalWithStart(_ request: SignalWithStartRequest) async throws -> StartOutcome
    func requestCancel(_ request: CancelRequest) async throws -> CancelOutcome
    func terminate(_ request: TerminateRequest) async throws -> CancelOutcome

    // MARK: Runs from their owner
    /// Takes up to `limit` open runs that have work due, belong to nobody, and are of a type and queue the worker
    /// serves; each gets a higher epoch. Earliest due first. A worker that is not registered gets none, here and of
    /// ``claimTasks(_:)``: nobody would ever free them.
    func claimRuns(_ request: ClaimRunsRequest) async throws -> [ClaimedRun]
    /// Appends one activation to each of several runs: each is a unit of its own, and they may share a flush. The only
    /// call on the hot path, so it takes completions instead of suspending; they are called on the store's thread and
    /// must return at once.
    func commit(_ activations: [PendingCommit])
    /// `commit` by the calling thread, which waits for it: for a caller with nothing else to do. The completion may be called
    /// before this returns. False, and nothing was done, if the store has other work or cannot.
    func commitHere(_ activation: PendingCommit) -> Bool
    /// Gives up a run without appending anything; it becomes claimable at `wakeAt`. Stale epoch: no effect.
    func release(_ request: ReleaseRequest) async throws
    /// What the owner of runs needs to go on with them, in the order of `runs`; a damaged one does not keep the others. Like
    /// the other reads here, it may be of commits that are not on disk yet: what follows from it is committed behind them.
    func load(_ runs: [RunKey]) async throws -> [Result<StoredRun, any Error>]
    func inbox(of run: RunKey) async throws -> [InboxMessage]
    /// The worker's runs that have messages, after another process may have added some.
    func runsWithMessages(ownedBy worker: WorkerKey) async throws -> [RunKey]

    // MARK: Activities
    /// Starts up to `limit` visible tasks of `queue` for the worker, longest waiting first. Tasks whose deadline has
    /// passed are left to ``overdueTasks(at:limit:)``. Claims their runs too, where nobody owns them, they are not blocked,
    /// and ``TaskRecord/bringsItsRun``.
    func claimTasks(_ request: ClaimTasksRequest) async throws -> ClaimedTasks
    /// Ends an attempt. A stale report (other attempt, other worker, no such task) changes nothing.
    func report(_ report: AttemptReport) async throws -> ReportOutcome
    func heartbeat(_ heartbeat: Heartbeat) async throws -> HeartbeatOutcome
    /// Tasks whose time limit has passed, at most `limit`, earliest first, of all queues.
    /// Reading only; each is ended by ``report(_:)``. Tasks that their run carries are left out: their worker, which lives,
    /// watches them.
    func overdueTasks(at now: Timestamp, limit: Int) async throws -> [OverdueTask]
    /// When something is due next, `nil` if nothing is: a run of `types` (workflow types) and `queues` that nobody
    /// owns; a task of `queues` that becomes visible, of the activity types `worker` has registered; any task that
    /// passes a limit and is not carried by its run.
    func nextDue(for worker: WorkerKey, queues: [TaskQueue], types: [String]) async throws -> Timestamp?

    // MARK: Workers
    func registerWorker(_ registration: WorkerRegistration) async throws -> WorkerKey
    /// Frees everything the worker holds. Its runs become claimable: with messages since the oldest of them, otherwise at
    /// their earliest timer, so that runs which wait for nothing else stay where they are. Its attempts end as
    /// ``TaskRecord/workerLostDecision(identity:at:)`` has it. Removes the worker's row. Doing it twice changes nothing more.
    func removeWorker(_ worker: WorkerKey, at now: Timestamp) async throws
    func workers() async throws -> [WorkerRecord]
    /// Makes blocked runs of these types that nobody owns claimable at once: new code may continue them. Returns how
    /// many there are.
    func retryBlockedRuns(types: [String], at now: Timestamp) async throws -> Int

    // MARK: Reading
    func run(_ target: RunTarget) async throws -> RunRecord?
    func runs(_ filter: RunFilter) async throws -> [RunRecord]
    /// How many runs match, by status; `before` and `limit` have no meaning here. Statuses without runs are left out.
    func countRuns(_ filter: RunFilter) async throws -> [RunStatus: Int]
    /// The encoded batches from the one that holds `eventID` on, in order.
    func history(of run: RunKey, from eventID: EventID) async throws -> [HistoryBatch]
    func tasks(of run: RunKey) async throws -> [TaskRecord]
    /// The attempts with rows, in the order of their ends. `attempts(of:)` has all.
    func keptAttempts(of run: RunKey) async throws -> [AttemptRecord]
    func timers(of run: RunKey) async throws -> [TimerRecord]
    func published(of run: RunKey) async throws -> [String: Payload]
    /// Tasks of a queue that wait or run, for capacity decisions.
    func countTasks(in queue: TaskQueue) async throws -> TaskCounts

    // MARK: Changes
    /// Calls `observer` with the changes of each commit, in order, until the observation is cancelled. Units that share
    /// a commit share a call. Called on the
    /// store's thread; must return at once.
    func observe(_ observer: @escaping @Sendable ([StoreChange]) -> Void) -> StoreObservation
}

/// An activation on its way into a store, and who hears what became of it.
package struct PendingCommit: Sendable {
    package let activation: ActivationCommit
    /// Starts the run of which the activation is the first, in the same transaction. Nobody knows the run's key before, so
    /// that of the activation means nothing.
    package let start: StartRequest?
    package let completion: @Sendable (Result<CommitOutcome, any Error>) -> Void
    package init(
        _ activation: ActivationCommit,
        starting start: StartRequest? = nil,
        completion: @escaping @Sendable (Result<CommitOutcome, any Error>) -> Void
    ) {
        self.activation = activation
        self.start = start
        self.completion = completion
    }
}

/// Something became durable that somebody may wait for.
package enum StoreChange: Hashable, Sendable {
    /// A message arrived for an open run.
    case inbox(RunKey)
    /// A run nobody owns has work due (or will have, at a time).
    case runnable(TaskQueue)
    /// A task became visible (or will, at a time).
    case task(TaskQueue)
    /// A running attempt is to stop: cancelled, timed out, or its run closed.
    case attemptRevoked(RunKey, EventID)
    /// A run closed.
    case closed(RunKey)
    /// The owner lost the run: another took it over, or it was terminated.
    case ownershipLost(RunKey, by: WorkerKey)
    /// Published state changed.
    case published(RunKey)
    /// Another process wrote: anything may have changed.
    case foreign
}

/// Ends an observation when cancelled.
package struct StoreObservation: Sendable {
    package let cancel: @Sendable () -> Void
    package init(cancel: @escaping @Sendable () -> Void) { self.cancel = cancel }
}
