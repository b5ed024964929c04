import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Brings work into the worker: runs nobody owns, tasks that wait, limits that passed, workers that died.
///
/// Never polls by itself: it runs when a commit, another process or a due time says that there may be something.
final class Poller: Sendable {
    private let environment: WorkerEnvironment
    private let hooks: Hooks
    private let state = Mutex(State())
    private let wakeups: AsyncStream<Void>
    private let wakeup: AsyncStream<Void>.Continuation

    struct Hooks: Sendable {
        let schedule: @Sendable (Timestamp, @escaping @Sendable () -> Void) -> Void
        let claimed: @Sendable ([ClaimedRun]) -> Void
        let startTasks: @Sendable ([TaskRecord]) -> Void
        let report: @Sendable (AttemptReport) async -> Void
        let runningTasks: @Sendable () -> [TaskRecord]
        let revoke: @Sendable (RunKey, EventID) -> Void
        let inboxesChanged: @Sendable ([RunKey]) -> Void
        /// The store refuses all further writes: only a new process can go on.
        let storeIsLost: @Sendable (any Error) -> Void
    }

    private struct State {
        var needsRuns = true
        var queues: Set<TaskQueue> = []
        /// Queues whose tasks wait for a slot of this worker.
        var hungryQueues: Set<TaskQueue> = []
        var needsScan = true
        var isForeign = false
        var isClosed = false
        var isWorking = false
        var plannedWake = Timestamp.never

        var hasWork: Bool { isWorking || needsRuns || needsScan || isForeign || !queues.isEmpty }
    }

    /// How long after its limit an attempt that does not run in this process is ended by this worker all the same.
    static let grace = Duration.seconds(5)
    /// How often other workers' locks are looked at; a dead worker's work goes on within a second.
    static let livenessInterval = Duration.milliseconds(400)

    init(environment: WorkerEnvironment, hooks: Hooks) {
        self.environment = environment
        self.hooks = hooks
        (wakeups, wakeup) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.queues = Set(environment.slots.queues) }
    }

    // MARK: Hints

    func runsWaiting() { note { $0.needsRuns = true } }
    func tasksWaiting(_ queue: TaskQueue) { note { $0.queues.insert(queue) } }

    /// A slot is free again: only worth a look when tasks are known to wait for one.
    func slotFreed(_ queue: TaskQueue) {
        if state.withLock({ $0.hungryQueues.contains(queue) }) { tasksWaiting(queue) }
    }

    func tasksWaiting(_ queue: TaskQueue, at time: Timestamp) {
        guard time > environment.clock.now else { return tasksWaiting(queue) }
        planWake(at: time)
    }

    func foreignChange() {
        note { state in
            state.needsRuns = true
            state.queues.formUnion(self.environment.slots.queues)
            state.isForeign = true
        }
    }

    private func note(_ change: (inout State) -> Void) {
        state.withLock { change(&$0) }
        wakeup.yield()
    }

    /// When it looks for work next, or `nil` while it does so; for tests that skip time.
    var plannedWakeIfIdle: Timestamp? { state.withLock { $0.hasWork ? nil : $0.plannedWake } }

    func close() {
        state.withLock { $0.isClosed = true }
        wakeup.finish()
    }

    private func planWake(at time: Timestamp) {
        let isEarlier = state.withLock { state in
            guard time < state.plannedWake else { return false }
            state.plannedWake = time
            return true
        }
        guard isEarlier else { return }
        hooks.schedule(time) { [weak self] in
            self?.note { state in
                state.plannedWake = .never
                state.needsRuns = true
                state.needsScan = true
                state.queues.formUnion(self?.environment.slots.queues ?? [])
            }
        }
    }

    // MARK: Working

    func run() async {
        // At once: this worker may have been started in the place of one that died.
        await takeOverDeadWorkers()
        watchOtherWorkers()
        wakeup.yield()
        for await _ in wakeups {
            do {
                try await runOnce()
            } catch {
                report(error, "polling failed, trying again")
                planWake(at: environment.clock.now + .seconds(1))
            }
            state.withLock { $0.isWorking = false }
        }
    }

    private func runOnce() async throws {
        let start = environment.clock.now
        let work = state.withLock { state in
            defer {
                state.isWorking = true
                state.needsRuns = false
                state.queues = []
                state.needsScan = false
                state.isForeign = false
            }
            return state
        }
        guard !work.isClosed else { return }
        // First what nobody works at: a run that another process has started waits for nothing else.
        if work.needsRuns { try await claimRuns() }
        if work.isForeign {
            hooks.inboxesChanged(try await environment.store.runsWithMessages(ownedBy: environment.key))
            try await revokeEndedTasks()
        }
        for queue in environment.slots.queues where work.queues.contains(queue) { try await claimTasks(queue) }
        if work.needsScan { try await endOverdueTasks() }
        try await planNext(since: start, hadLookedAtAll: work.needsRuns && work.needsScan)
    }

    private func claimRuns() async throws {
        guard !environment.workflowTypes.isEmpty else { return }
        let limit = 256
        let claimed = try await environment.store.claimRuns(
            ClaimRunsRequest(
                worker: environment.key,
                queues: [environment.configuration.taskQueue],
                types: environment.workflowTypes,
                limit: limit,
                now: environment.clock.now
            )
        )
        if !claimed.isEmpty { hooks.claimed(claimed) }
        if claimed.count == limit { runsWaiting() }
    }

    private func claimTasks(_ queue: TaskQueue) async throws {
        state.withLock { _ = $0.hungryQueues.insert(queue) }
        let free = environment.slots.reserve(queue, upTo: 64)
        guard free > 0 else { return }
        var count = 0
        defer { environment.slots.release(queue, count: free - count) }
        let claimed = try await environment.store.claimTasks(tasksToClaim(queue, limit: free))
        count = claimed.tasks.count
        // Before the tasks: their outcomes must find the runs.
        if !claimed.runs.isEmpty { hooks.claimed(claimed.runs) }
        hooks.startTasks(claimed.tasks)
        if count == free {
            tasksWaiting(queue)
        } else {
            state.withLock { _ = $0.hungryQueues.remove(queue) }
        }
    }

    private func tasksToClaim(_ queue: TaskQueue, limit: Int) -> ClaimTasksRequest {
        ClaimTasksRequest(
            worker: environment.key,
            queue: queue,
            types: environment.activityTypes,
            limit: limit,
            now: environment.clock.now,
            runQueue: environment.configuration.taskQueue,
            runTypes: environment.workflowTypes
        )
    }

    private func endOverdueTasks() async throws {
        let now = environment.clock.now
        let running = Set(hooks.runningTasks().map { TaskID($0) })
        for task in try await environment.store.overdueTasks(at: now, limit: 200) {
            if !isWatched(task, running, at: now) { await end(task, task.overdueDecision(at: now)) }
        }
    }

    private struct TaskID: Hashable {
        let run: RunKey
        let scheduledEventID: EventID

        init(_ task: TaskRecord) {
            run = task.run.key
            scheduledEventID = task.scheduledEventID
        }
    }

    /// Attempts that run in this process are watched by its runner. All others get a grace: another worker's runner
    /// watches them, or their outcome is on its way into the store.
    private func isWatched(_ task: TaskRecord, _ running: Set<TaskID>, at now: Timestamp) -> Bool {
        guard task.state == .started else { return false }
        return running.contains(TaskID(task)) || task.deadline + Self.grace > now
    }

    private func end(_ task: TaskRecord, _ decision: AttemptReport.Decision) async {
        await hooks.report(
            AttemptReport(
                run: task.run.key,
                scheduledEventID: task.scheduledEventID,
                attempt: task.attempt,
                worker: nil,
                now: environment.clock.now,
                decision: decision
            )
        )
    }

    private func planNext(since start: Timestamp, hadLookedAtAll: Bool) async throws {
        let due = try await environment.store.nextDue(
            for: environment.key,
            queues: environment.slots.queues + [environment.configuration.taskQueue],
            types: environment.workflowTypes
        )
        guard let due, due != .never else { return }
        // What was due at the start and was not taken waits for a free slot or belongs to a worker within its grace.
        // What became due since then, or was not looked for, is looked for at once.
        planWake(at: due > start || !hadLookedAtAll ? due : start + .milliseconds(500))
    }

    /// Another process may have asked running attempts to stop.
    private func revokeEndedTasks() async throws {
        for (run, tasks) in Dictionary(grouping: hooks.runningTasks(), by: \.run.key) {
            let current = try await environment.store.tasks(of: run)
            for task in tasks {
                let now = current.first { $0.scheduledEventID == task.scheduledEventID }
                if now == nil || now?.attempt != task.attempt || now?.cancelRequested == true {
                    hooks.revoke(run, task.scheduledEventID)
                }
            }
        }
    }

    // MARK: Other workers

    private func watchOtherWorkers() {
        hooks.schedule(environment.clock.now + Self.livenessInterval) { [weak self] in
            guard let self, !self.state.withLock({ $0.isClosed }) else { return }
            environment.task {
                await self.takeOverDeadWorkers()
                self.watchOtherWorkers()
            }
        }
    }

    func takeOverDeadWorkers() async {
        do {
            for worker in try await environment.store.workers() where !worker.isAlive && worker.key != environment.key {
                environment.logger.notice(
                    "taking over from a dead worker",
                    metadata: ["worker": "\(worker.registration.identity)"]
                )
                try await environment.store.removeWorker(worker.key, at: environment.clock.now)
                foreignChange()
            }
        } catch {
            report(error, "looking after other workers failed")
        }
    }

    private func report(_ error: any Error, _ what: Logger.Message) {
        environment.logger.error(what, metadata: ["error": "\(error)"])
        if error.isFinalForStore { hooks.storeIsLost(error) }
    }
}
