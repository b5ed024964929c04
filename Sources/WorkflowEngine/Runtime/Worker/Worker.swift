import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import WorkflowCore
import WorkflowStore

/// Advances workflows and runs activities. One per process and queue is enough.
///
/// Several workers, in one process or many, may serve the same queue of the same database. A worker that dies is noticed by
/// the others within a second; its runs and activities go on there.
public final class Worker: Service {
    private let database: WorkflowDatabase
    private let configuration: WorkerConfiguration
    private let workflows: [String: WorkflowCode]
    private let activities: [String: ActivityCode]
    private let clock: any EngineClock
    private let logger: Logger
    private let engine = Mutex<Engine?>(nil)

    /// The running parts.
    struct Engine: Sendable {
        let environment: WorkerEnvironment
        let loop: RunLoop
        let runner: ActivityRunner
        let poller: Poller
        let observation: StoreObservation
    }

    /// Makes a worker. It does nothing until ``run()`` is called.
    ///
    /// - Parameters:
    ///   - database: where runs are kept.
    ///   - workflows: the workflows whose runs it advances.
    ///   - activities: the activities it runs.
    ///   - transactionalActivities: the activities it runs inside the engine's own transactions.
    public init(
        _ database: WorkflowDatabase,
        configuration: WorkerConfiguration = WorkerConfiguration(),
        workflows: [any Workflow.Type] = [],
        activities: [any Activity] = [],
        transactionalActivities: [any TransactionalActivity] = [],
        codec: any PayloadCodec = JSONPayloadCodec(),
        clock: any EngineClock = SystemClock(),
        logger: Logger = Logger(label: "worker")
    ) {
        self.database = database
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.codec = codec
        let workflowCode = workflows.map { Self.code($0, codec) }
        let activityCode =
            activities.map { Self.code($0, codec) } + transactionalActivities.map { Self.code($0, codec) }
        self.workflows = Dictionary(workflowCode.map { ($0.name, $0) }) { first, _ in first }
        self.activities = Dictionary(activityCode.map { ($0.name, $0) }) { first, _ in first }
        duplicates = Self.duplicates(workflowCode.map(\.name)) + Self.duplicates(activityCode.map(\.name))
    }

    private let codec: any PayloadCodec
    private let duplicates: [String]
    private let (untilStart, started) = AsyncStream<Never>.makeStream()
    /// Carries the error after which the database takes no more writes.
    private let (losses, lost) = AsyncStream<any Error>.makeStream()

    /// Returns once ``run()`` has taken up work.
    package func untilStarted() async { for await _ in untilStart {} }

    /// When something becomes due next, if nothing can happen before; for tests that skip time.
    package func nextDueIfIdle() async -> Timestamp? {
        let now = clock.now
        guard let engine = engine.withLock({ $0 }), engine.runner.runningCount == 0 else { return nil }
        let timer = await withCheckedContinuation { continuation in
            engine.loop.mailbox.post(.askIdle { continuation.resume(returning: $0) })
        }
        guard let timer, timer > now, !(await hasWorkUnderWay(engine)) else { return nil }
        let stored = try? await database.store.nextDue(
            for: engine.environment.key,
            queues: engine.environment.slots.queues,
            types: engine.environment.workflowTypes
        )
        // The poller was idle all the while, so what is due and was not taken waits for its next look.
        guard engine.runner.runningCount == 0, let planned = engine.poller.plannedWakeIfIdle else { return nil }
        let due = stored ?? .never
        let next = min(timer, due > now ? due : planned)
        return next == .never || next <= now ? nil : next
    }

    /// Whether a message or an attempt is on its way that loop and runner have not heard of yet.
    private func hasWorkUnderWay(_ engine: Engine) async -> Bool {
        let store = database.store
        do {
            guard try await store.runsWithMessages(ownedBy: engine.environment.key).isEmpty else { return true }
            for queue in engine.environment.slots.queues where try await store.countTasks(in: queue).started > 0 {
                return true
            }
            return false
        } catch {
            return true
        }
    }

    private static func code<W: Workflow>(_ type: W.Type, _ codec: any PayloadCodec) -> WorkflowCode {
        WorkflowCode(type, codec: codec)
    }

    private static func code<A: Activity>(_ activity: A, _ codec: any PayloadCodec) -> ActivityCode {
        ActivityCode(activity, codec: codec)
    }

    private static func code<A: TransactionalActivity>(_ activity: A, _ codec: any PayloadCodec) -> ActivityCode {
        ActivityCode(activity, codec: codec)
    }

    private static func duplicates(_ names: [String]) -> [String] {
        Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }

    // MARK: Life

    /// Works until the service group shuts down gracefully or the task is cancelled; then finishes or hands back what it
    /// holds and returns.
    ///
    /// - Throws: `EngineError` `duplicate-name`; the database's error when it takes no more writes, for example after an
    ///   fsync that failed: the process has to end, its successor recovers.
    public func run() async throws {
        guard duplicates.isEmpty else {
            throw EngineError(
                code: "duplicate-name",
                message: "registered more than once: \(duplicates.joined(separator: ", ")). Names must be unique."
            )
        }
        let engine = try await start()
        let polling = engine.environment.task { await engine.poller.run() }
        let loss = await untilShutdownOrLoss()
        // In a task of its own: this one may have been cancelled, and handing everything back must not be.
        // What is lost takes no outcome any more: there is nothing to wait for.
        await Task { await stop(engine, polling, isLost: loss != nil) }.value
        if let loss { throw loss }
    }

    private func untilShutdownOrLoss() async -> (any Error)? {
        await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                try? await gracefulShutdown()
                return nil
            }
            group.addTask { [losses] in
                for await error in losses { return error }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func start() async throws -> Engine {
        let key = try await database.store.registerWorker(
            WorkerRegistration(
                identity: configuration.identity,
                processID: Int(getpid()),
                buildID: configuration.buildID,
                workflowTypes: workflows.keys.sorted(),
                activityTypes: activities.keys.sorted(),
                queues: Set(configuration.activitySlots.keys).union([configuration.taskQueue])
                    .sorted { $0.rawValue < $1.rawValue },
                now: clock.now
            )
        )
        let environment = WorkerEnvironment(
            store: database.store,
            clock: clock,
            codec: codec,
            configuration: configuration,
            workflows: workflows,
            activities: activities,
            slots: ActivitySlots(configuration.activitySlots),
            key: key,
            logger: logger
        )
        let engine = assemble(environment)
        engine.loop.start()
        self.engine.withLock { $0 = engine }
        started.finish()
        let unblocked = try await database.store.retryBlockedRuns(
            types: environment.workflowTypes,
            at: clock.now
        )
        logger.info(
            "worker started",
            metadata: ["worker": "\(configuration.identity)", "blocked-runs-retried": "\(unblocked)"]
        )
        return engine
    }

    private func assemble(_ environment: WorkerEnvironment) -> Engine {
        let parts = WorkerParts { [lost] error in
            lost.yield(error)
            lost.finish()
        }
        let loop = RunLoop(environment: environment, callbacks: parts.callbacks)
        let runner = ActivityRunner(environment: environment, hooks: parts.runnerHooks(loop))
        let poller = Poller(environment: environment, hooks: parts.pollerHooks(loop, runner))
        parts.connect(runner: runner, poller: poller)
        let observation = environment.store.observe { changes in
            parts.observe(changes, loop: loop)
        }
        return Engine(
            environment: environment,
            loop: loop,
            runner: runner,
            poller: poller,
            observation: observation
        )
    }

    private func stop(_ engine: Engine, _ polling: Task<Void, Never>, isLost: Bool) async {
        logger.info("worker stops", metadata: ["worker": "\(configuration.identity)"])
        self.engine.withLock { $0 = nil }
        engine.poller.close()
        engine.environment.slots.close()
        engine.runner.announceShutdown()
        // What it is claiming must be here before anybody asks whether something runs.
        await polling.value
        if !(await engine.runner.becomesIdle(within: isLost ? .zero : configuration.drainTimeout)) {
            engine.runner.cancelAll()
            if !isLost { _ = await engine.runner.becomesIdle(within: .seconds(5)) }
        }
        await withCheckedContinuation { continuation in
            engine.loop.mailbox.post(.releaseAll { continuation.resume() })
        }
        engine.observation.cancel()
        if !isLost { await engine.runner.reportsSettle(within: .seconds(5)) }
        do {
            try await database.store.removeWorker(engine.environment.key, at: clock.now)
        } catch {
            logger.error("the worker could not sign off", metadata: ["error": "\(error)"])
        }
        engine.loop.mailbox.post(.stop)
    }

    // MARK: Starting runs in this process

    /// A client whose runs this worker begins itself: unless options make it likely that there is a run already, the code has
    /// come to its first wait before the start is written, and both are one transaction. The code of a start that is refused
    /// then may have run to there; nothing of it is kept.
    public var client: WorkflowClient {
        WorkflowClient(database, codec: codec, clock: clock, adopter: RunAdopter(worker: self))
    }

    func adoptionKey(workflowType: String, taskQueue: TaskQueue) -> WorkerKey {
        guard taskQueue == configuration.taskQueue, workflows[workflowType] != nil else { return .nobody }
        return engine.withLock { $0?.environment.key } ?? .nobody
    }

    /// The closing event of a run this worker has in memory; `nil` if it has not, or gives it up, and when the caller is
    /// cancelled.
    func closingEvent(of run: RunKey) async -> EventAttributes? {
        guard let loop = engine.withLock({ $0?.loop }) else { return nil }
        let (answers, answer) = AsyncStream<EventAttributes?>.makeStream()
        loop.mailbox.post(
            .awaitClose(run) { event in
                answer.yield(event)
                answer.finish()
            }
        )
        for await event in answers { return event }
        return nil
    }

    /// Starts a run whose owner this worker is, with its first activation; like any other client if the worker has stopped.
    func start(_ request: StartRequest) async throws -> StartOutcome {
        let outcome: StartOutcome? = try await withCheckedThrowingContinuation { continuation in
            // While the engine is there, its loop answers all that is posted.
            engine.withLock { engine in
                guard let loop = engine?.loop else { return continuation.resume(returning: nil) }
                loop.mailbox.post(.start(PendingStart(request: request) { continuation.resume(with: $0.map { $0 }) }))
            }
        }
        if let outcome { return outcome }
        var request = request
        request.owner = .nobody
        return try await database.store.start(request)
    }
}

/// How a client hands a run it starts to a worker of the same process.
struct RunAdopter: Sendable {
    let worker: Worker
}
