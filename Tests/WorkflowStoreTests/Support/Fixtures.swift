import Synchronization
import Testing
import WorkflowStore

@testable import WorkflowCore

/// A time `milliseconds` after an arbitrary beginning.
func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + milliseconds) }

extension Payload {
    init(text: String) { self.init(data: Array(text.utf8)) }
}

extension StartRequest {
    init(
        _ id: WorkflowID,
        runID: String = "run",
        type: String = "Order",
        queue: TaskQueue = .default,
        reuse: WorkflowIDReusePolicy = .allowDuplicate,
        conflict: WorkflowIDConflictPolicy = .fail,
        requestID: String = "",
        at now: Timestamp = at(0),
        owner: WorkerKey = .nobody
    ) {
        self.init(
            started: WorkflowExecutionStarted(
                workflowType: type,
                taskQueue: queue,
                input: Payload(text: "1"),
                workflowRunTimeout: .seconds(60),
                originalExecutionRunID: RunID(runID),
                identity: "client",
                workflowID: id
            ),
            reusePolicy: reuse,
            conflictPolicy: conflict,
            requestID: requestID,
            now: now,
            owner: owner
        )
    }
}

extension WorkflowExecutionSignaled {
    init(_ name: String, requestID: String = "") {
        self.init(signalName: name, input: Payload(text: name), identity: "sender", requestID: requestID)
    }
}

extension SignalRequest {
    init(_ id: WorkflowID, _ name: String, requestID: String = "", runID: RunID? = nil, at now: Timestamp = at(1)) {
        self.init(
            target: RunTarget(id, runID: runID),
            signal: WorkflowExecutionSignaled(name, requestID: requestID),
            now: now
        )
    }
}

extension ActivityTaskScheduled {
    static func sample(
        type: String = "Charge",
        queue: TaskQueue = "activities",
        scheduleToClose: Duration? = nil,
        scheduleToStart: Duration? = nil,
        startToClose: Duration = .seconds(10),
        heartbeat: Duration? = nil
    ) -> ActivityTaskScheduled {
        ActivityTaskScheduled(
            activityID: "a",
            activityType: type,
            taskQueue: queue,
            input: Payload(text: "in"),
            scheduleToCloseTimeout: scheduleToClose,
            scheduleToStartTimeout: scheduleToStart,
            startToCloseTimeout: startToClose,
            heartbeatTimeout: heartbeat,
            workflowTaskCompletedEventID: 4,
            retryPolicy: .default
        )
    }
}

extension WorkerRegistration {
    static func sample(_ identity: String = "worker") -> WorkerRegistration {
        WorkerRegistration(
            identity: identity,
            processID: 7,
            buildID: "b1",
            workflowTypes: ["Order"],
            activityTypes: ["Charge", "Ship"],
            queues: ["default", "activities"],
            now: at(0)
        )
    }
}

/// A run and who owns it, as its owner knows it.
struct OwnedRun: Sendable {
    var reference: RunReference
    var worker: WorkerKey
    var epoch: Int64 = 1
    var next: EventID = 2

    var key: RunKey { reference.key }

    /// An activation with `count` events.
    func activation(_ count: Int64 = 1, at now: Timestamp = at(10)) -> ActivationCommit {
        let events = (0..<count).map { HistoryEvent(id: next + $0, time: now, attributes: .workflowTaskScheduled) }
        return ActivationCommit(
            run: key,
            epoch: epoch,
            worker: worker,
            now: now,
            firstEventID: next,
            nextEventID: next + count,
            events: events.isEmpty ? [] : HistoryCoding.encode(events)
        )
    }
}

extension WorkflowStore {
    func commit(_ activation: ActivationCommit, starting start: StartRequest? = nil) async throws -> CommitOutcome {
        try await withCheckedThrowingContinuation { continuation in
            commit([PendingCommit(activation, starting: start) { continuation.resume(with: $0) }])
        }
    }

    func register(_ identity: String = "worker") async throws -> WorkerKey {
        try await registerWorker(.sample(identity))
    }

    /// A run that a new worker owns from its start.
    func startOwned(_ id: WorkflowID = "w", worker: WorkerKey? = nil) async throws -> OwnedRun {
        let owner = if let worker { worker } else { try await register() }
        let outcome = try await start(StartRequest(id, runID: "run-\(id)", owner: owner))
        guard case .started(let reference) = outcome else { throw UnexpectedOutcome(what: "\(outcome)") }
        return OwnedRun(reference: reference, worker: owner)
    }

    /// An owned run with one activity, scheduled at `at(0)` as event 2.
    func startWithTask(
        _ id: WorkflowID = "w",
        _ scheduled: ActivityTaskScheduled = .sample(),
        startedByOwner: Bool = false
    ) async throws -> OwnedRun {
        var run = try await startOwned(id)
        var activation = run.activation(at: at(0))
        activation.newTasks = [
            NewTask(
                scheduledEventID: 2,
                scheduled: scheduled,
                scheduledTime: at(0),
                startedBy: startedByOwner ? run.worker : .nobody
            )
        ]
        try await expectCommitted(activation)
        run.next = 3
        return run
    }

    func expectCommitted(_ activation: ActivationCommit) async throws {
        let outcome = try await commit(activation)
        guard outcome == .committed else { throw UnexpectedOutcome(what: "\(outcome)") }
    }

    func claim(_ worker: WorkerKey, at now: Timestamp, limit: Int = 10) async throws -> [ClaimedRun] {
        try await claimRuns(
            ClaimRunsRequest(worker: worker, queues: ["default"], types: ["Order"], limit: limit, now: now)
        )
    }

    func claimActivities(_ worker: WorkerKey, at now: Timestamp, limit: Int = 10) async throws -> [TaskRecord] {
        try await claimWithRuns(worker, at: now, limit: limit, runTypes: []).tasks
    }

    func claimWithRuns(
        _ worker: WorkerKey,
        at now: Timestamp,
        limit: Int = 10,
        runQueue: TaskQueue = "default",
        runTypes: [String] = ["Order"]
    ) async throws -> ClaimedTasks {
        try await claimTasks(
            ClaimTasksRequest(
                worker: worker,
                queue: "activities",
                types: ["Charge"],
                limit: limit,
                now: now,
                runQueue: runQueue,
                runTypes: runTypes
            )
        )
    }

    func task(_ run: OwnedRun) async throws -> TaskRecord {
        try #require(try await tasks(of: run.key).first)
    }
}

struct UnexpectedOutcome: Error { let what: String }

extension AttemptReport {
    init(_ task: TaskRecord, worker: WorkerKey?, at now: Timestamp, _ decision: Decision) {
        self.init(
            run: task.run.key,
            scheduledEventID: task.scheduledEventID,
            attempt: task.attempt,
            worker: worker,
            now: now,
            decision: decision
        )
    }
}

extension Failure {
    static let sample = Failure.application("card declined", type: "Declined")

    static func timeout(_ type: TimeoutType) -> Failure {
        Failure(message: "\(type)", kind: .timeout(type, lastHeartbeatDetails: nil))
    }
}

/// Collects a store's changes and lets a test wait for them.
final class ChangeRecorder: Sendable {
    private struct State {
        var changes: [StoreChange] = []
        var awaited: (StoreChange, CheckedContinuation<Void, Never>)?
    }
    private let state = Mutex(State())

    func record(_ changes: [StoreChange]) {
        let ready = state.withLock { state in
            state.changes += changes
            guard let (change, continuation) = state.awaited, state.changes.contains(change) else {
                return nil as CheckedContinuation<Void, Never>?
            }
            state.awaited = nil
            return continuation
        }
        ready?.resume()
    }

    var isEmpty: Bool { state.withLock { $0.changes.isEmpty } }

    /// Everything up to and including the first `last`; forgets it.
    func changes(upTo last: StoreChange) async -> [StoreChange] {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.changes.contains(last) { return true }
                state.awaited = (last, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
        return state.withLock { state in
            let end = state.changes.firstIndex(of: last) ?? state.changes.endIndex
            defer { state.changes.removeFirst(min(end + 1, state.changes.count)) }
            return Array(state.changes.prefix(end + 1))
        }
    }
}
