import Dispatch
import Synchronization
import WorkflowCore

/// The engine's store as plain values: the model the SQLite store is compared with, and the fast store of tests.
///
/// Nothing survives the process. Every call completes at once. Observers and completions are called on one serial
/// queue, in the order of the calls: never within a call, so that a caller may hold its own lock.
package final class MemoryWorkflowStore: Sendable {
    private let state = Mutex(MemoryState())
    private let observers = Mutex<[Int: @Sendable ([StoreChange]) -> Void]>([:])
    private let queue = DispatchQueue(label: "memory-workflow-store")

    /// An empty store.
    package init() {}

    /// Runs `body` as one atomic unit and announces its changes.
    private func unit<Value>(_ body: (inout MemoryState) -> Value) -> Value {
        state.withLock { state in
            let value = body(&state)
            let changes = state.takeChanges()
            // Enqueued under the lock, so that the order is that of the units.
            if !changes.isEmpty { queue.async { self.announce(changes) } }
            return value
        }
    }

    private func announce(_ changes: [StoreChange]) {
        let observers = observers.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
        for observer in observers { observer(changes) }
    }
}

extension MemoryWorkflowStore: WorkflowStore {
    // MARK: Runs from outside
    package func start(_ request: StartRequest) async throws -> StartOutcome { unit { $0.start(request) } }

    package func signal(_ request: SignalRequest) async throws -> SignalOutcome { unit { $0.signal(request) } }

    package func signalWithStart(_ request: SignalWithStartRequest) async throws -> StartOutcome {
        unit { $0.signalWithStart(request) }
    }

    package func requestCancel(_ request: CancelRequest) async throws -> CancelOutcome {
        unit { $0.requestCancel(request) }
    }

    package func terminate(_ request: TerminateRequest) async throws -> CancelOutcome {
        unit { $0.terminate(request) }
    }

    // MARK: Runs from their owner
    package func claimRuns(_ request: ClaimRunsRequest) async throws -> [ClaimedRun] {
        unit { $0.claimRuns(request) }
    }

    package func commit(_ activations: [PendingCommit]) {
        for pending in activations {
            state.withLock { state in
                let outcome =
                    if let start = pending.start { state.start(start, advancedBy: pending.activation) } else {
                        state.commit(pending.activation)
                    }
                let changes = state.takeChanges()
                queue.async {
                    if !changes.isEmpty { self.announce(changes) }
                    pending.completion(.success(outcome))
                }
            }
        }
    }

    package func release(_ request: ReleaseRequest) async throws { unit { $0.release(request) } }

    package func inbox(of run: RunKey) async throws -> [InboxMessage] { unit { $0.runs[run]?.inbox ?? [] } }

    package func runsWithMessages(ownedBy worker: WorkerKey) async throws -> [RunKey] {
        unit { state in
            state.runs.values.filter { $0.record.owner == worker && !$0.inbox.isEmpty }.map(\.key).sorted()
        }
    }

    // MARK: Activities
    package func claimTasks(_ request: ClaimTasksRequest) async throws -> ClaimedTasks {
        unit { $0.claimTasks(request) }
    }

    package func report(_ report: AttemptReport) async throws -> ReportOutcome { unit { $0.report(report) } }

    package func heartbeat(_ heartbeat: Heartbeat) async throws -> HeartbeatOutcome {
        unit { $0.heartbeat(heartbeat) }
    }

    package func overdueTasks(at now: Timestamp, limit: Int) async throws -> [OverdueTask] {
        unit { $0.overdueTasks(at: now, limit: limit) }
    }

    package func nextDue(for worker: WorkerKey, queues: [TaskQueue], types: [String]) async throws -> Timestamp? {
        unit { $0.nextDue(for: worker, queues: queues, types: types) }
    }

    // MARK: Workers
    package func registerWorker(_ registration: WorkerRegistration) async throws -> WorkerKey {
        unit { $0.registerWorker(registration) }
    }

    package func removeWorker(_ worker: WorkerKey, at now: Timestamp) async throws {
        unit { $0.removeWorker(worker, at: now) }
    }

    package func workers() async throws -> [WorkerRecord] { unit { $0.workerRecords } }

    package func retryBlockedRuns(types: [String], at now: Timestamp) async throws -> Int {
        unit { $0.retryBlockedRuns(types: types, at: now) }
    }

    // MARK: Reading
    package func run(_ target: RunTarget) async throws -> RunRecord? { unit { $0.find(target)?.shown } }

    package func runs(_ filter: RunFilter) async throws -> [RunRecord] { unit { $0.list(filter) } }

    package func countRuns(_ filter: RunFilter) async throws -> [RunStatus: Int] { unit { $0.count(filter) } }

    package func history(of run: RunKey, from eventID: EventID) async throws -> [HistoryBatch] {
        unit { state in
            let history = state.runs[run]?.history ?? []
            let first = history.lastIndex { $0.firstEventID <= eventID } ?? 0
            return Array(history.dropFirst(first))
        }
    }

    package func tasks(of run: RunKey) async throws -> [TaskRecord] {
        unit { $0.runs[run]?.sortedTasks.map(\.record) ?? [] }
    }

    package func keptAttempts(of run: RunKey) async throws -> [AttemptRecord] {
        unit { state in
            (state.runs[run]?.attempts ?? []).sorted {
                ($0.endedAt, $0.scheduledEventID, $0.attempt) < ($1.endedAt, $1.scheduledEventID, $1.attempt)
            }
        }
    }

    package func timers(of run: RunKey) async throws -> [TimerRecord] {
        unit { state in
            (state.runs[run]?.timers ?? [:])
                .map { TimerRecord(startedEventID: $0.key, fireTime: $0.value) }
                .sorted { $0.startedEventID < $1.startedEventID }
        }
    }

    package func published(of run: RunKey) async throws -> [String: Payload] { unit { $0.runs[run]?.published ?? [:] } }

    package func countTasks(in queue: TaskQueue) async throws -> TaskCounts { unit { $0.countTasks(in: queue) } }

    // MARK: Changes
    package func observe(_ observer: @escaping @Sendable ([StoreChange]) -> Void) -> StoreObservation {
        let id = observers.withLock { observers in
            let id = (observers.keys.max() ?? 0) + 1
            observers[id] = observer
            return id
        }
        return StoreObservation { _ = self.observers.withLock { $0.removeValue(forKey: id) } }
    }
}
