import WorkflowCore

extension StoreUnit {
    mutating func removeWorker(_ worker: WorkerKey, at now: Timestamp) throws {
        guard worker != .nobody else { return }
        let carried = try carriedTasks(ofRunsOf: worker)
        try freeRuns(of: worker)
        try endAttempts(of: worker, carried: carried, at: now)
        var delete = try prepare(WorkerSQL.delete)
        delete.bind(worker.rawValue)
        try delete.run()
    }

    /// Makes the worker's runs claimable: those that wait for nothing but time or a message, when that comes. Its cache may
    /// have held thousands.
    private mutating func freeRuns(of worker: WorkerKey) throws {
        var free = try prepare(RunSQL.free)
        free.bind(worker.rawValue)
        let runs = try free.runsToWake().sorted { $0.key < $1.key }
        for run in runs { changes.append(.ownershipLost(run.key, by: worker)) }
        announce(runs.filter { $0.wakeAt != .never })
    }

    mutating func retryBlockedRuns(types: [String], at now: Timestamp) throws -> Int {
        let types = Set(types)
        let runs = try prepare(RunSQL.blockedOnes).runsToWake().filter { types.contains($0.type) }
        for run in runs where now < run.wakeAt { try setWakeTime(now, of: run.key) }
        announce(runs)
        return runs.count
    }

    private mutating func announce(_ runs: [RunToWake]) {
        var seen: Set<TaskQueue> = []
        for run in runs where seen.insert(run.queue).inserted { changes.append(.runnable(run.queue)) }
    }
}

private struct RunToWake {
    var key: RunKey
    var queue: TaskQueue
    var wakeAt: Timestamp
    var type: String
}

extension RawStatement {
    /// Rows of key, queue, time and type.
    fileprivate func runsToWake() throws -> [RunToWake] {
        defer { reset() }
        var runs: [RunToWake] = []
        while try step() {
            runs.append(
                RunToWake(
                    key: RunKey(integer(0)),
                    queue: TaskQueue(text(1)),
                    wakeAt: Timestamp(milliseconds: integer(2)),
                    type: text(3)
                )
            )
        }
        return runs
    }
}
