import DurableSQLite
import Foundation
import GRDB
import Logging
import Testing
import WorkflowEngine

/// Runs as many activities at once as it is told.
private struct Crowd: Workflow {
    func run(_ workflow: WorkflowContext, input count: Int) async throws -> [String] {
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<count { group.addTask { try await workflow.execute(Work.self, "x") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// Blocks threads until something is in the database, looking after every commit.
private final class Lookout: Sendable {
    private let changed = NSCondition()
    private let reader: DatabaseQueue

    init(path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        reader = try DatabaseQueue(path: path, configuration: configuration)
    }

    func committed() {
        changed.lock()
        changed.broadcast()
        changed.unlock()
    }

    /// False when it is not there after five seconds: what would have to write it stands still.
    func sees(_ sql: String) throws -> Bool {
        let end = Date(timeIntervalSinceNow: 5)
        changed.lock()
        defer { changed.unlock() }
        while try !reader.read({ try Bool.fetchOne($0, sql: sql) ?? false }) {
            guard changed.wait(until: end) else { return false }
        }
        return true
    }
}

@Suite("Activities that block threads", .timeLimit(.minutes(1))) struct BlockingActivityTests {
    /// Sixteen for each core: they occupy every thread that Swift's tasks have, and more wait for one.
    private let crowd = 16 * ProcessInfo.processInfo.activeProcessorCount

    @Test("heartbeats are written while activities block every thread of Swift's tasks")
    func heartbeats() async throws {
        try await DatabaseFolder.with { folder in
            let path = folder.path + "/workflows.sqlite"
            var configuration = DurableDatabase.Configuration(path: path)
            configuration.logger.logLevel = .critical
            let durable = try DurableDatabase.open(configuration)
            defer { durable.close() }
            let database = try await WorkflowDatabase.open(durable)
            let lookout = try Lookout(path: path)
            let observation = durable.observeCommits { lookout.committed() }
            defer { observation.cancel() }
            let activity = Does { _, context in
                context.heartbeat(1)
                return "\(try lookout.sees("SELECT EXISTS (SELECT 1 FROM tasks WHERE last_heartbeat IS NOT NULL)"))"
            }
            let answers = try await answers(of: activity, on: database)
            #expect(answers == Array(repeating: "true", count: crowd))
        }
    }

    private func answers(of activity: any Activity, on database: WorkflowDatabase) async throws -> [String] {
        let worker = Worker(
            database,
            configuration: .test(slots: crowd),
            workflows: [Crowd.self],
            activities: [activity],
            logger: Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { [crowd] group in
            group.addTask { try await worker.run() }
            defer { group.cancelAll() }
            return try await WorkflowClient(database).start(Crowd.self, id: "crowd", input: crowd).result()
        }
    }
}
