import DequeModule
import DurableSQLite
import Logging
import WorkflowCore
import WorkflowStore

/// How runs leave memory: evicted, blocked, lost, or because the store failed.
extension RunLoop {
    /// Forgets a run that belongs to somebody else now, or has closed.
    func drop(_ run: CachedRun) {
        runs[run.key] = nil
        forget(run)
    }

    /// Takes the run out of memory; ended attempts that no activation has consumed go through the store.
    private func forget(_ run: CachedRun) {
        if let inFlight = run.inFlight { abandon(inFlight, of: run) }
        for case .attemptEnded(let ended) in run.inputs { callbacks.reportElsewhere(run.key, ended) }
        run.inputs = []
        run.inFlight = nil
        run.execution?.evict()
        run.execution = nil
        run.tellCloseWaiters(nil)
        startElsewhere(run)
    }

    /// Memory and history have parted (messages before a close, an attempt that timed out meanwhile): start again from
    /// history. The run stays ours.
    func reload(_ run: CachedRun) {
        drop(run)
        load([run.claimed])
    }

    /// Gives the run up so that this or another worker tries again a little later.
    func storeFailed(_ run: CachedRun, _ error: any Error) {
        environment.logger.error(
            "the store failed, the run is given up for now",
            metadata: ["workflow-id": "\(run.claimed.reference.workflowID)", "error": "\(error)"]
        )
        drop(run)
        guard !endsIfFinal(error) else { return }
        let request = ReleaseRequest(
            run: run.key,
            epoch: run.claimed.epoch,
            wakeAt: environment.clock.now + .seconds(1)
        )
        release(request)
    }

    /// Ends the worker when the store takes no more writes; whether it did.
    func endsIfFinal(_ error: any Error) -> Bool {
        guard error.isFinalForStore else { return false }
        callbacks.storeIsLost(error)
        return true
    }

    /// Releases a run, again and again until the store takes it: an owned run that nobody has loaded would stand still.
    func release(_ request: ReleaseRequest, then done: (@Sendable () -> Void)? = nil) {
        let store = environment.store
        let clock = environment.clock
        environment.task { [mailbox, callbacks] in
            do {
                try await store.release(request)
                done?()
                callbacks.runsWaiting()
            } catch {
                mailbox.post(
                    .schedule(clock.now + .seconds(1)) { [weak self] in self?.release(request, then: done) }
                )
            }
        }
    }

    // MARK: Blocking

    /// Blocks a run: nothing of the failed activation is appended, its messages stay in the inbox, and it is tried again
    /// with growing pauses and by every new worker.
    func block(_ run: CachedRun, _ error: any Error) {
        // Nobody can see it yet: it is started without its code, and blocks when it is claimed.
        if run.start != nil { return drop(run) }
        environment.logger.warning(
            "a workflow is blocked",
            metadata: [
                "workflow-id": "\(run.claimed.reference.workflowID)", "run-id": "\(run.claimed.reference.runID)",
                "reason": "\(error)",
            ]
        )
        drop(run)
        storeBlocked(run, BlockedReason(error, at: environment.clock.now))
    }

    /// The run's code still occupies a thread: the execution must not be touched.
    func blockDeadlocked(_ run: CachedRun) {
        let limit = environment.configuration.deadlockTimeout
        let location = run.execution?.executor.lastOperation
        let violation = Violation(
            code: "workflow-not-yielding",
            message:
                "workflow code ran for \(limit) without waiting for a workflow operation; it probably computes, blocks "
                + "or loops. Move the work into an activity.",
            location: location
        )
        run.execution = nil
        block(run, violation)
    }

    private func storeBlocked(_ run: CachedRun, _ reason: BlockedReason) {
        let store = environment.store
        let (reference, epoch, timeLimit) = (run.claimed.reference, run.claimed.epoch, run.timeLimit)
        environment.task { [weak self] in
            var reason = reason
            let before = try? await store.run(RunTarget(reference.workflowID, runID: reference.runID))
            reason.count = (before?.blocked?.count ?? 0) + 1
            reason.since = before?.blocked?.since ?? reason.time
            // 10 s doubled each time, at most 10 min: as Temporal's longest workflow-task back-off.
            let pause = min(Duration.seconds(10 << min(reason.count - 1, 6)), .seconds(600))
            self?.release(
                ReleaseRequest(
                    run: reference.key,
                    epoch: epoch,
                    wakeAt: reason.time < timeLimit ? min(reason.time + pause, timeLimit) : reason.time + pause,
                    blocked: reason
                )
            )
        }
    }

    // MARK: Eviction

    /// How many runs one call of ``evictSurplus()`` looks at. It is called for each run that comes: while more are busy than
    /// the cache has room for, looking at all of them each time would be quadratic.
    private static let sweepLength = 64

    /// Evicts runs beyond the configured number that were not used since the sweep passed them last.
    func evictSurplus() {
        forgetSweptRuns()
        var inspected = 0
        let limit = min(sweep.count, Self.sweepLength)
        while runs.count > environment.configuration.maximumCachedRuns && inspected < limit {
            inspected += 1
            let key = sweep.removeFirst()
            guard let run = runs[key] else { continue }
            if run.isEvictable && !run.wasUsed {
                evict(run)
            } else {
                run.wasUsed = false
                sweep.append(key)
            }
        }
    }

    /// Runs leave memory in other ways too: their places in the list must not add up.
    private func forgetSweptRuns() {
        guard sweep.count > 2 * runs.count + 1000 else { return }
        var seen: Set<RunKey> = []
        sweep.removeAll { runs[$0] == nil || !seen.insert($0).inserted }
    }

    private func evict(_ run: CachedRun) {
        let wakeAt = run.execution?.wakeAt ?? .never
        drop(run)
        release(ReleaseRequest(run: run.key, epoch: run.claimed.epoch, wakeAt: wakeAt))
    }

    /// Gives everything up. Runs whose commit is under way are released when it has ended, by removing the worker.
    func releaseAll(_ done: @escaping @Sendable () -> Void) {
        startTasks()
        for run in runs.values.sorted(by: { $0.key < $1.key }) where run.phase != .committing {
            drop(run)
        }
        releaseWaiter = runs.isEmpty ? nil : done
        if runs.isEmpty { done() }
    }
}

extension Error {
    /// Whether the database has stopped for good, for example after an fsync that failed.
    var isFinalForStore: Bool {
        guard let failure = self as? DatabaseFailure else { return false }
        return failure.kind == .databaseFailed || failure.kind == .databaseClosed
    }
}

extension BlockedReason {
    init(_ error: any Error, at time: Timestamp) {
        switch error {
        case let violation as Violation:
            self.init(
                code: violation.code,
                message: violation.message,
                eventID: violation.eventID,
                location: violation.location?.description,
                time: time
            )
        case let mismatch as ReplayMismatch:
            self.init(
                code: "not-deterministic",
                message: mismatch.description,
                eventID: mismatch.eventID,
                location: mismatch.location?.description,
                time: time
            )
        case let violation as HistoryViolation:
            self.init(
                code: "history-not-valid",
                message: violation.description,
                eventID: violation.event.id,
                time: time
            )
        default: self.init(code: "history-not-valid", message: "\(error)", time: time)
        }
    }
}
