import DurableSQLite
import GRDB
import Logging
import Synchronization
import Testing
import WorkflowEngine

private struct Echoes: Workflow {
    func run(_ workflow: WorkflowContext, input: String) async throws -> String { input }
}

@Suite("A store that is lost", .timeLimit(.minutes(1))) struct StoreLossTests {
    @Test("a worker without work ends, too, when another process's flush has failed")
    func idleWorker() async throws {
        try await DatabaseFolder.with { folder in
            let fails = Atomic(false)
            let (mine, others) = (
                try Self.open(folder),
                try Self.open(folder) { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
            )
            defer {
                mine.close()
                others.close()
            }
            let worker = try await Self.worker(on: mine)
            let run = Task { try await worker.run() }
            let client = WorkflowClient(try await WorkflowDatabase.open(others))
            #expect(try await client.start(Echoes.self, id: "before", input: "x").result() == "x")
            fails.store(true, ordering: .relaxed)
            await #expect(throws: DatabaseFailure.self) {
                try await client.start(Echoes.self, id: "perhaps", input: "x")
            }
            let error = await #expect(throws: DatabaseFailure.self) { try await run.value }
            #expect(error?.code == "database-failed")
        }
    }

    private static func worker(on durable: DurableDatabase) async throws -> Worker {
        Worker(
            try await WorkflowDatabase.open(durable),
            configuration: .test(),
            workflows: [Echoes.self],
            activities: [],
            logger: silent
        )
    }

    private static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private static func open(
        _ folder: DatabaseFolder,
        beforeFlush: (@Sendable () -> Int32)? = nil
    ) throws -> DurableDatabase {
        var configuration = DurableDatabase.Configuration(path: folder.path + "/workflows.sqlite")
        configuration.logger = silent
        configuration.beforeFlush = beforeFlush
        return try DurableDatabase.open(configuration)
    }
}
