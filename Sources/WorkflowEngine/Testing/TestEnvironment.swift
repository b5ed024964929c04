import Logging
import WorkflowCore
import WorkflowEngine
import WorkflowStore

/// An engine for tests: a database of its own, a virtual clock, one worker.
///
/// ```swift
/// try await TestEnvironment.run(workflows: [Reminder.self], activities: [SendMail()]) { test in
///     let run = try await test.client.start(Reminder.self, id: "r1", input: .init(days: 30))
///     let result = try await test.resultSkippingTime(of: run)      // milliseconds, not days
/// }
/// ```
public struct TestEnvironment: Sendable {
    /// The database; in memory unless another was given.
    public let database: WorkflowDatabase
    /// The clock of worker and client.
    public let clock: VirtualClock
    /// The worker.
    public let worker: Worker
    /// A client whose runs the worker takes over at once.
    public var client: WorkflowClient { worker.client }

    /// Runs `body` with a running worker and stops the worker afterwards.
    public static func run<Value>(
        database: WorkflowDatabase = .inMemory(),
        clock: VirtualClock = VirtualClock(),
        configuration: WorkerConfiguration = WorkerConfiguration(drainTimeout: .zero),
        workflows: [any Workflow.Type],
        activities: [any Activity] = [],
        transactionalActivities: [any TransactionalActivity] = [],
        _ body: (TestEnvironment) async throws -> Value
    ) async throws -> Value {
        let worker = Worker(
            database,
            configuration: configuration,
            workflows: workflows,
            activities: activities,
            transactionalActivities: transactionalActivities,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let environment = TestEnvironment(database: database, clock: clock, worker: worker)
        let running = Task { try await worker.run() }
        await worker.untilStarted()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(environment))
        } catch {
            result = .failure(error)
        }
        running.cancel()
        try await running.value
        return try result.get()
    }

    /// The result of a run, with time moved on whenever the engine has nothing to do until then.
    public func resultSkippingTime<W: Workflow>(of run: WorkflowHandle<W>) async throws -> W.Output {
        let skipping = Task { await skipTimeUntilCancelled() }
        defer { skipping.cancel() }
        return try await run.result()
    }

    private func skipTimeUntilCancelled() async {
        while !Task.isCancelled {
            if let next = await worker.nextDueIfIdle() { clock.advance(to: next) }
            await Task.yield()
        }
    }

    /// Waits until `condition` holds, or the test's task is cancelled. Looks again and again: not every commit is
    /// announced, and what a test waits for may be outside of the engine.
    public func until(_ condition: @Sendable () async throws -> Bool) async throws {
        while try await !condition() && !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
    }

    /// Waits until the run's history holds an event of a type, and returns the first.
    @discardableResult
    public func event<W: Workflow>(_ type: EventType, in run: WorkflowHandle<W>) async throws -> HistoryEvent {
        try await until { try await run.history().contains { $0.type == type } }
        guard let event = try await run.history().first(where: { $0.type == type }) else {
            throw EngineError(code: "event-not-found", message: "the history has no \(type.name)")
        }
        return event
    }
}
