import GRDB
import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Runs attempts, enforces their limits while this process lives, and reports how they ended.
final class ActivityRunner: Sendable {
    let environment: WorkerEnvironment
    let hooks: Hooks
    private let running = Mutex<[AttemptID: RunningAttempt]>([:])
    /// Outcomes on their way into the store.
    let reportCount = Atomic(0)
    private let shutdown = ShutdownNotice()
    /// When the running attempts' limits are looked at next: one planned call for all of them.
    private let plannedSweep = Mutex(Timestamp.never)

    /// What the runner needs from the rest of the worker.
    struct Hooks: Sendable {
        /// Calls an action at a time, on the engine's thread.
        let schedule: @Sendable (Timestamp, @escaping @Sendable () -> Void) -> Void
        /// Hands the outcome to the run if it is loaded here; `false` if it is not.
        let deliver: @Sendable (RunKey, EndedAttempt) -> Void
        /// A task will be visible at a time.
        let poke: @Sendable (TaskQueue, Timestamp) -> Void
        let slotFreed: @Sendable (TaskQueue) -> Void
    }

    private struct AttemptID: Hashable {
        let run: RunKey
        let scheduledEventID: EventID

        init(run: RunKey, scheduledEventID: EventID) {
            self.run = run
            self.scheduledEventID = scheduledEventID
        }

        init(_ task: TaskRecord) { self.init(run: task.run.key, scheduledEventID: task.scheduledEventID) }
    }

    init(environment: WorkerEnvironment, hooks: Hooks) {
        self.environment = environment
        self.hooks = hooks
    }

    var runningCount: Int { running.withLock { $0.count } }
    var runningTasks: [TaskRecord] { running.withLock { $0.values.map(\.task) } }

    // MARK: Running

    /// Runs attempts whose slots have been reserved. They count as running at once; the tasks of several are made by one
    /// task, so that the caller, the engine's thread, wakes a thread once for all of them.
    func start(_ tasks: [TaskRecord]) {
        let attempts = tasks.map { task in
            let attempt = RunningAttempt(task)
            if task.cancelRequested { attempt.cancel(.revoked) }
            return attempt
        }
        running.withLock { running in
            for attempt in attempts { running[AttemptID(attempt.task)] = attempt }
        }
        if let first = attempts.map(\.deadline.time).min() { watchDeadlines(until: first) }
        guard attempts.count > 1 else { return attempts.forEach(begin) }
        Task { attempts.forEach(begin) }
    }

    private func begin(_ attempt: RunningAttempt) { attempt.attach(Task { await run(attempt) }) }

    private func run(_ attempt: RunningAttempt) async {
        let context = ActivityContext(task: attempt.task, codec: environment.codec, shutdown: shutdown) {
            [weak self, weak attempt] details in
            guard let self, let attempt else { return }
            self.beat(attempt, details)
        }
        switch environment.activities[attempt.task.scheduled.activityType]?.body {
        case .effect(let body): await runEffect(attempt, body, context)
        case .transaction(let body): await runTransaction(attempt, body, context)
        case nil: await finish(attempt, .failure(unregistered(attempt.task.scheduled.activityType)))
        }
        forget(attempt)
    }

    private func runEffect(
        _ attempt: RunningAttempt,
        _ body: @Sendable (Payload?, ActivityContext) async throws -> Payload?,
        _ context: ActivityContext
    ) async {
        let result: Result<Payload?, any Error>
        do {
            result = .success(try await body(attempt.task.scheduled.input, context))
        } catch {
            result = .failure(error)
        }
        // Before the outcome: the run's next activity may be able to start in the very same commit.
        freeSlot(of: attempt)
        await finish(attempt, result)
    }

    private func runTransaction(
        _ attempt: RunningAttempt,
        _ body: @escaping @Sendable (Payload?, Database, ActivityContext) throws -> Payload?,
        _ context: ActivityContext
    ) async {
        guard let store = environment.store as? any TransactionalStore else {
            let failure = ApplicationError(
                "activity \(attempt.task.scheduled.activityType) is transactional, which needs the SQLite store",
                type: "StoreNotTransactional",
                nonRetryable: true
            )
            return await finish(attempt, .failure(failure))
        }
        do {
            let input = attempt.task.scheduled.input
            _ = try await store.endAttempt(attempt.task, worker: environment.key, now: environment.clock.now) {
                try body(input, $0, context)
            }
            _ = attempt.decide()
        } catch {
            await finish(attempt, .failure(error))
        }
    }

    private func unregistered(_ type: String) -> ApplicationError {
        ApplicationError(
            "this worker has no activity \"\(type)\"; it has \(environment.activityTypes.joined(separator: ", "))",
            type: "ActivityNotRegistered"
        )
    }

    private func forget(_ attempt: RunningAttempt) {
        freeSlot(of: attempt)
        let id = AttemptID(attempt.task)
        running.withLock { running in
            if running[id] === attempt { running[id] = nil }
        }
    }

    private func freeSlot(of attempt: RunningAttempt) {
        guard attempt.takeSlot() else { return }
        let queue = attempt.task.scheduled.taskQueue
        environment.slots.release(queue)
        hooks.slotFreed(queue)
    }

    // MARK: Ending

    private func finish(_ attempt: RunningAttempt, _ result: Result<Payload?, any Error>) async {
        guard attempt.decide() else { return }
        switch result {
        case .success(let payload): deliver(attempt, .completed(payload))
        case .failure(let error):
            if error is CancellationError, attempt.cancelReason == .revoked {
                return deliver(attempt, .cancelled(details: attempt.lastDetails))
            }
            let isHandedBack = attempt.isHandedBack(by: error, isWorkerShuttingDown: shutdown.isGiven)
            let failure = attempt.failure(from: error, codec: environment.codec, isHandedBack: isHandedBack)
            await decide(failure, attempt: attempt, isHandedBack: isHandedBack)
        }
    }

    /// - Parameter isHandedBack: the shutdown is no fault of the activity, so the next attempt need not wait.
    private func decide(_ failure: Failure, attempt: RunningAttempt, isHandedBack: Bool = false) async {
        let (task, now) = (attempt.task, environment.clock.now)
        switch task.decision(after: failure, at: now) {
        case .giveUp(let state):
            if case .timeout = failure.kind {
                deliver(attempt, .timedOut(failure, state))
            } else {
                deliver(attempt, .failed(failure, state))
            }
        case .retry(let wait):
            let visibleAt = isHandedBack ? now : now + wait
            // The next attempt starts from the latest details, also from those that were not written yet.
            if attempt.hasUnwrittenDetails { await flush(attempt) }
            await report(task, .retry(failure, visibleAt: visibleAt))
            hooks.poke(task.scheduled.taskQueue, visibleAt)
        }
    }

    private func deliver(_ attempt: RunningAttempt, _ result: ActivityOutcome.Result) {
        let task = attempt.task
        let outcome = ActivityOutcome(
            scheduledEventID: task.scheduledEventID,
            attempt: task.attempt,
            identity: environment.configuration.identity,
            startedTime: task.startedAt ?? task.visibleAt,
            lastFailure: task.lastFailure,
            result: result
        )
        hooks.deliver(task.run.key, EndedAttempt(outcome: outcome, endedAt: environment.clock.now))
    }

    // MARK: Limits, cancellation, heartbeats

    private func watchDeadlines(until time: Timestamp) {
        let isEarlier = plannedSweep.withLock { planned in
            guard time < planned else { return false }
            planned = time
            return true
        }
        guard isEarlier else { return }
        hooks.schedule(time) { [weak self] in self?.endOverdueAttempts(plannedFor: time) }
    }

    private func endOverdueAttempts(plannedFor time: Timestamp) {
        plannedSweep.withLock { if $0 == time { $0 = .never } }
        let now = environment.clock.now
        var next = Timestamp.never
        for attempt in running.withLock({ Array($0.values) }) where !attempt.isDecided {
            let deadline = attempt.deadline
            if let type = deadline.type, deadline.time <= now {
                end(attempt, type)
            } else {
                next = min(next, deadline.time)
            }
        }
        watchDeadlines(until: next)
    }

    private func end(_ attempt: RunningAttempt, _ type: TimeoutType) {
        guard attempt.decide() else { return }
        attempt.cancel(.timedOut)
        let failure = TaskRecord.timeoutFailure(type, task: attempt.task, details: attempt.lastDetails)
        environment.task { await self.decide(failure, attempt: attempt) }
    }

    func revoke(run: RunKey, scheduledEventID: EventID) {
        let attempt = running.withLock { $0[AttemptID(run: run, scheduledEventID: scheduledEventID)] }
        attempt?.cancel(.revoked)
    }

    /// Lets attempts know that the worker is about to stop.
    func announceShutdown() { shutdown.give() }

    /// Tells every attempt to stop because the worker does.
    func cancelAll() {
        for attempt in running.withLock({ Array($0.values) }) { attempt.cancel(.shutdown) }
    }

    private func beat(_ attempt: RunningAttempt, _ details: Payload?) {
        guard let time = attempt.beat(details, at: environment.clock.now) else { return }
        hooks.schedule(time) { [weak self, weak attempt] in
            guard let self, let attempt else { return }
            environment.task { await self.flush(attempt) }
        }
    }

    private func flush(_ attempt: RunningAttempt) async {
        let now = environment.clock.now
        let details = attempt.flush(at: now)
        let task = attempt.task
        let heartbeat = Heartbeat(
            run: task.run.key,
            scheduledEventID: task.scheduledEventID,
            attempt: task.attempt,
            worker: environment.key,
            details: details,
            now: now
        )
        switch try? await environment.store.heartbeat(heartbeat) {
        case .recorded(cancelRequested: true), .stale: attempt.cancel(.revoked)
        case .recorded(cancelRequested: false), nil: break
        }
    }
}
