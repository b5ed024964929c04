import DurableSQLite
import WorkflowEngine
import WorkflowStore

/// An open database and a running worker, for one measurement.
struct EngineSession: Sendable {
    let database: WorkflowDatabase
    let worker: Worker
    var client: WorkflowClient { worker.client }

    static let workflows: [any Workflow.Type] = [
        ThreeSteps.self, ManySteps.self, SleepUntil.self, Parked.self, ParkedElsewhere.self, Waiting.self,
    ]

    /// Opens the file, lets a worker run during `body`, stops it and closes the file.
    static func with<Value>(
        _ path: String,
        slots: Int = 100,
        maximumCachedRuns: Int = 10_000,
        workflows: [any Workflow.Type] = EngineSession.workflows,
        activities: [any Activity] = [NextNumberActivity()],
        _ body: (EngineSession) async throws -> Value
    ) async throws -> Value {
        try await withDatabase(path) { database in
            let configuration = WorkerConfiguration(
                activitySlots: [.default: slots],
                maximumCachedRuns: maximumCachedRuns,
                drainTimeout: .zero
            )
            let worker = Worker(
                database,
                configuration: configuration,
                workflows: workflows,
                activities: activities
            )
            let session = EngineSession(database: database, worker: worker)
            return try await session.running { try await body(session) }
        }
    }

    /// Opens the file and closes it afterwards.
    static func withDatabase<Value>(
        _ path: String,
        _ body: (WorkflowDatabase) async throws -> Value
    ) async throws -> Value {
        let file = try DurableDatabase.open(DurableDatabase.Configuration(path: path))
        defer { file.close() }
        let database = try await WorkflowDatabase.open(file)
        let result: Result<Value, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        await (database.store as? SQLiteWorkflowStore)?.close()
        return try result.get()
    }

    private func running<Value>(_ body: () async throws -> Value) async throws -> Value {
        let working = Task { try await worker.run() }
        await worker.untilStarted()
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        working.cancel()
        try await working.value
        return try result.get()
    }
}
