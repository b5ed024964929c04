import Synchronization
import WorkflowCore
import WorkflowStore

/// Canned records behind the store's seam; remembers what was asked of it.
final class FakeStore: WorkflowStore {
    struct Content {
        var runs: [RunRecord] = []
        var histories: [RunKey: [HistoryEvent]] = [:]
        var damagedHistory = false
        var tasks: [TaskRecord] = []
        var attempts: [AttemptRecord] = []
        var timers: [TimerRecord] = []
        var published: [String: Payload] = [:]
        var workers: [WorkerRecord] = []
        var startOutcome: StartOutcome?
        var signalOutcome: SignalOutcome?
        var cancelOutcome: CancelOutcome?
        var error: (any Error)?

        var starts: [StartRequest] = []
        var signals: [SignalRequest] = []
        var cancels: [CancelRequest] = []
        var terminates: [TerminateRequest] = []
        var filters: [RunFilter] = []
        var observers: [Int: @Sendable ([StoreChange]) -> Void] = [:]
        var onHistoryRead: [@Sendable (FakeStore) -> Void] = []
    }

    private let content: Mutex<Content>

    init(_ configure: (inout Content) -> Void = { _ in }) {
        var content = Content()
        configure(&content)
        self.content = Mutex(content)
    }

    var seen: Content { content.withLock { $0 } }

    /// Changes the content and tells the observers, as another process's commit would.
    func change(_ body: (inout Content) -> Void) {
        let observers = content.withLock { content in
            body(&content)
            return Array(content.observers.values)
        }
        for observer in observers { observer([.foreign]) }
    }

    private func read<Value>(_ body: (inout Content) throws -> Value) throws -> Value {
        try content.withLock { content in
            if let error = content.error { throw error }
            return try body(&content)
        }
    }

    struct NotFaked: Error {}

    // MARK: Requests

    func start(_ request: StartRequest) async throws -> StartOutcome {
        try read { content in
            content.starts.append(request)
            let reference = RunReference(
                key: RunKey(99),
                workflowID: request.started.workflowID,
                runID: request.started.originalExecutionRunID
            )
            return content.startOutcome ?? .started(reference)
        }
    }

    func signal(_ request: SignalRequest) async throws -> SignalOutcome {
        try read { content in
            content.signals.append(request)
            return content.signalOutcome ?? content.runs.first.map { .accepted($0.reference) } ?? .notFound
        }
    }

    func requestCancel(_ request: CancelRequest) async throws -> CancelOutcome {
        try read { content in
            content.cancels.append(request)
            return content.cancelOutcome ?? content.runs.first.map { .accepted($0.reference) } ?? .notFound
        }
    }

    func terminate(_ request: TerminateRequest) async throws -> CancelOutcome {
        try read { content in
            content.terminates.append(request)
            return content.cancelOutcome ?? content.runs.first.map { .accepted($0.reference) } ?? .notFound
        }
    }

    // MARK: Reading

    func run(_ target: RunTarget) async throws -> RunRecord? {
        try read { content in
            content.runs.first { run in
                run.reference.workflowID == target.workflowID
                    && (target.runID == nil || run.reference.runID == target.runID)
            }
        }
    }

    func runs(_ filter: RunFilter) async throws -> [RunRecord] {
        try read { content in
            content.filters.append(filter)
            let matching = content.runs.filter { run in
                (filter.statuses.isEmpty || filter.statuses.contains(run.status))
                    && (filter.before.map { run.reference.key < $0 } ?? true)
            }
            return Array(matching.sorted { $0.reference.key > $1.reference.key }.prefix(filter.limit))
        }
    }

    func countRuns(_ filter: RunFilter) async throws -> [RunStatus: Int] {
        try read { content in content.runs.reduce(into: [:]) { $0[$1.status, default: 0] += 1 } }
    }

    func history(of run: RunKey, from eventID: EventID) async throws -> [HistoryBatch] {
        let (batches, hook) = try read { content in
            let events = (content.histories[run] ?? []).filter { $0.id >= eventID }
            let bytes = content.damagedHistory ? [0xff, 0xff, 0xff] : HistoryCoding.encode(events)
            let hook = content.onHistoryRead.isEmpty ? nil : content.onHistoryRead.removeFirst()
            return (events.isEmpty ? [] : [HistoryBatch(firstEventID: eventID, events: bytes)], hook)
        }
        hook?(self)
        return batches
    }

    func tasks(of run: RunKey) async throws -> [TaskRecord] { try read { $0.tasks } }
    func keptAttempts(of run: RunKey) async throws -> [AttemptRecord] { try read { $0.attempts } }
    func timers(of run: RunKey) async throws -> [TimerRecord] { try read { $0.timers } }
    func published(of run: RunKey) async throws -> [String: Payload] { try read { $0.published } }
    func workers() async throws -> [WorkerRecord] { try read { $0.workers } }

    func observe(_ observer: @escaping @Sendable ([StoreChange]) -> Void) -> StoreObservation {
        let id = content.withLock { content in
            let id = content.observers.count
            content.observers[id] = observer
            return id
        }
        return StoreObservation { [self] in content.withLock { $0.observers[id] = nil } }
    }

    // MARK: What operators never ask

    func signalWithStart(_ request: SignalWithStartRequest) async throws -> StartOutcome { throw NotFaked() }
    func claimRuns(_ request: ClaimRunsRequest) async throws -> [ClaimedRun] { throw NotFaked() }
    func commit(_ activations: [PendingCommit]) {
        for pending in activations { pending.completion(.failure(NotFaked())) }
    }
    func release(_ request: ReleaseRequest) async throws { throw NotFaked() }
    func inbox(of run: RunKey) async throws -> [InboxMessage] { throw NotFaked() }
    func runsWithMessages(ownedBy worker: WorkerKey) async throws -> [RunKey] { throw NotFaked() }
    func claimTasks(_ request: ClaimTasksRequest) async throws -> ClaimedTasks { throw NotFaked() }
    func report(_ report: AttemptReport) async throws -> ReportOutcome { throw NotFaked() }
    func heartbeat(_ heartbeat: Heartbeat) async throws -> HeartbeatOutcome { throw NotFaked() }
    func overdueTasks(at now: Timestamp, limit: Int) async throws -> [OverdueTask] { throw NotFaked() }
    func nextDue(for worker: WorkerKey, queues: [TaskQueue], types: [String]) async throws -> Timestamp? {
        throw NotFaked()
    }
    func registerWorker(_ registration: WorkerRegistration) async throws -> WorkerKey { throw NotFaked() }
    func removeWorker(_ worker: WorkerKey, at now: Timestamp) async throws { throw NotFaked() }
    func retryBlockedRuns(types: [String], at now: Timestamp) async throws -> Int { throw NotFaked() }
    func countTasks(in queue: TaskQueue) async throws -> TaskCounts { throw NotFaked() }
}
