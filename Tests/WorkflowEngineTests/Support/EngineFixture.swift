import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore
import WorkflowTesting

extension Workflow {
    /// Test workflows are named like their types.
    static var name: String { "\(Self.self)" }
}

/// A text for a text.
enum Work: ActivityContract {
    typealias Input = String
    typealias Output = String
    static let name = "Work"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(10))
}

/// An activity from a closure.
struct Does<Contract: ActivityContract>: Activity {
    let body: @Sendable (Contract.Input, ActivityContext) async throws -> Contract.Output

    init(
        _ contract: Contract.Type = Work.self,
        _ body: @escaping @Sendable (Contract.Input, ActivityContext) async throws -> Contract.Output
    ) {
        self.body = body
    }

    func execute(_ input: Contract.Input, context: ActivityContext) async throws -> Contract.Output {
        try await body(input, context)
    }
}

extension Does where Contract == Work {
    /// Answers with its input.
    static var echo: Does { Does { input, _ in input } }
}

extension WorkerConfiguration {
    /// A worker for tests: hands its work back at once.
    static func test(
        slots: Int = 100,
        cached: Int = 10_000,
        deadlock: Duration = .seconds(30),
        identity: String = "worker"
    ) -> WorkerConfiguration {
        WorkerConfiguration(
            activitySlots: [.default: slots],
            maximumCachedRuns: cached,
            drainTimeout: .zero,
            deadlockTimeout: deadlock,
            identity: identity
        )
    }
}

/// Runs `body` with a worker on a fresh database.
func withEngine<Value>(
    on kind: StoreKind = .memory,
    _ workflows: [any Workflow.Type],
    _ activities: [any Activity] = [],
    configuration: WorkerConfiguration = .test(),
    _ body: (TestEnvironment) async throws -> Value
) async throws -> Value {
    try await kind.withDatabase { database in
        try await TestEnvironment.run(
            database: database,
            configuration: configuration,
            workflows: workflows,
            activities: activities,
            body
        )
    }
}

extension TestEnvironment {
    /// Why the run is blocked, once it is.
    func blocked<W: Workflow>(_ run: WorkflowHandle<W>, times: Int = 1) async throws -> BlockedReason {
        try await until { try await run.record().blocked?.count ?? 0 >= times }
        return try #require(try await run.record().blocked)
    }

    /// The history's rows, byte by byte.
    func bytes<W: Workflow>(of run: WorkflowHandle<W>) async throws -> [HistoryBatch] {
        try await database.store.history(of: run.record().reference.key, from: 1)
    }

    /// The rows of all attempts.
    func attempts<W: Workflow>(of run: WorkflowHandle<W>) async throws -> [AttemptRecord] {
        try await database.store.attempts(of: run.record().reference.key)
    }

    /// Waits until the run waits for as many things of a kind, as operators see it.
    func waits<W: Workflow>(_ run: WorkflowHandle<W>, for kind: String, count: Int = 1) async throws {
        try await until { try await run.record().waits.count { $0.kind == kind } >= count }
    }

    /// Moves time on once the engine has nothing to do until then.
    func advanceWhenIdle() async throws {
        while !Task.isCancelled {
            if let next = await worker.nextDueIfIdle() { return clock.advance(to: next) }
            await Task.yield()
        }
    }
}

extension [HistoryEvent] {
    /// The names of the events, without the workflow-task triple of each activation.
    var story: [String] {
        let tasks: [EventType] = [.workflowTaskScheduled, .workflowTaskStarted, .workflowTaskCompleted]
        return filter { !tasks.contains($0.type) }.map(\.type.name)
    }

    func count(of type: EventType) -> Int { count { $0.type == type } }
}

/// How a run ended that did not return: the error that `body`, which waits for it, throws.
func ending<Value>(_ body: () async throws -> Value) async throws -> WorkflowEndedError {
    do {
        _ = try await body()
    } catch let error as WorkflowEndedError {
        return error
    }
    throw EngineError(code: "run-returned", message: "the run returned, it was expected to end in another way")
}
