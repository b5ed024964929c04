import DurableSQLite
import GRDB
import WorkflowCore

extension SQLiteWorkflowStore: WorkflowStore {
    // MARK: Runs from outside
    package func start(_ request: StartRequest) async throws -> StartOutcome {
        try await unit { try $0.start(request) }
    }

    package func signal(_ request: SignalRequest) async throws -> SignalOutcome {
        try await unit { try $0.signal(request) }
    }

    package func signalWithStart(_ request: SignalWithStartRequest) async throws -> StartOutcome {
        try await unit { try $0.signalWithStart(request) }
    }

    package func requestCancel(_ request: CancelRequest) async throws -> CancelOutcome {
        try await unit { try $0.requestCancel(request) }
    }

    package func terminate(_ request: TerminateRequest) async throws -> CancelOutcome {
        try await unit { try $0.terminate(request) }
    }

    // MARK: Runs from their owner
    package func claimRuns(_ request: ClaimRunsRequest) async throws -> [ClaimedRun] {
        try await unit { try $0.claimRuns(request) }
    }

    package func commit(_ activations: [PendingCommit]) {
        database.submit(activations.map { (unit($0), $0.completion) })
    }

    package func commitHere(_ activation: PendingCommit) -> Bool {
        database.submitHere(unit(activation), completion: activation.completion)
    }

    private func unit(_ pending: PendingCommit) -> @Sendable (Database) throws -> CommitOutcome {
        let (activation, start) = (pending.activation, pending.start)
        return {
            try self.perform(in: $0) { unit in
                guard let start else { return try unit.commit(activation) }
                return try unit.start(start, advancedBy: activation)
            }
        }
    }

    package func release(_ request: ReleaseRequest) async throws {
        try await unit { try $0.release(request) }
    }

    package func load(_ runs: [RunKey]) async throws -> [Result<StoredRun, any Error>] {
        try await readingAhead { unit in
            runs.map { run in
                Result { StoredRun(history: try unit.history(of: run, from: 1), inbox: try unit.inbox(of: run)) }
            }
        }
    }

    package func inbox(of run: RunKey) async throws -> [InboxMessage] {
        try await readingAhead { try $0.inbox(of: run) }
    }

    package func runsWithMessages(ownedBy worker: WorkerKey) async throws -> [RunKey] {
        try await readingAhead { try $0.runsWithMessages(ownedBy: worker) }
    }

    // MARK: Activities
    package func claimTasks(_ request: ClaimTasksRequest) async throws -> ClaimedTasks {
        try await unit { try $0.claimTasks(request) }
    }

    package func report(_ report: AttemptReport) async throws -> ReportOutcome {
        try await unit { try $0.report(report) }
    }

    package func heartbeat(_ heartbeat: Heartbeat) async throws -> HeartbeatOutcome {
        try await unit { try $0.heartbeat(heartbeat) }
    }

    package func overdueTasks(at now: Timestamp, limit: Int) async throws -> [OverdueTask] {
        try await readingAhead { try $0.overdueTasks(at: now, limit: max(0, limit)) }
    }

    package func nextDue(for worker: WorkerKey, queues: [TaskQueue], types: [String]) async throws -> Timestamp? {
        try await readingAhead { try $0.nextDue(for: worker, queues: queues, types: types) }
    }

    // MARK: Workers
    package func registerWorker(_ registration: WorkerRegistration) async throws -> WorkerKey {
        // The lock is taken before the row can be seen: a worker that looks dead would be removed. Taking it can fail
        // after the row was written, so this unit has a savepoint.
        try await database.write { database in
            try self.perform(in: database) { unit in
                let key = try unit.insertWorker(registration)
                try self.workerLocks.hold(key)
                // Nobody else registers meanwhile: a file without a row belongs to nobody.
                self.workerLocks.sweep(keeping: try unit.workers().map(\.key))
                return key
            }
        }
    }

    package func removeWorker(_ worker: WorkerKey, at now: Timestamp) async throws {
        try await unit { try $0.removeWorker(worker, at: now) }
        workerLocks.release(worker)
    }

    package func workers() async throws -> [WorkerRecord] {
        let records = try await reading { try $0.workers() }
        return try records.map { record in
            var record = record
            record.isAlive = try workerLocks.isHeld(record.key)
            return record
        }
    }

    package func retryBlockedRuns(types: [String], at now: Timestamp) async throws -> Int {
        try await unit { try $0.retryBlockedRuns(types: types, at: now) }
    }

    // MARK: Reading
    package func run(_ target: RunTarget) async throws -> RunRecord? {
        try await reading { unit in try unit.head(target).flatMap { try unit.run($0.reference.key) } }
    }

    package func runs(_ filter: RunFilter) async throws -> [RunRecord] {
        try await reading { try $0.runs(filter) }
    }

    package func countRuns(_ filter: RunFilter) async throws -> [RunStatus: Int] {
        try await reading { try $0.countRuns(filter) }
    }

    package func history(of run: RunKey, from eventID: EventID) async throws -> [HistoryBatch] {
        try await reading { try $0.history(of: run, from: eventID) }
    }

    package func tasks(of run: RunKey) async throws -> [TaskRecord] {
        try await reading { try $0.tasks(of: run) }
    }

    package func keptAttempts(of run: RunKey) async throws -> [AttemptRecord] {
        try await reading { try $0.keptAttempts(of: run) }
    }

    package func timers(of run: RunKey) async throws -> [TimerRecord] {
        try await reading { try $0.timers(of: run) }
    }

    package func published(of run: RunKey) async throws -> [String: Payload] {
        try await reading { try $0.published(of: run) }
    }

    package func countTasks(in queue: TaskQueue) async throws -> TaskCounts {
        try await reading { try $0.countTasks(in: queue) }
    }
}
