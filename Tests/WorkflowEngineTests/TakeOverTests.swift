import DurableSQLite
import Foundation
import GRDB
import Logging
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore

@Suite("Taking over from a dead worker", .timeLimit(.minutes(1)))
struct TakeOverTests {
    private static let count = 200

    @Test("its attempts end in one commit")
    func shareCommits() async throws {
        try await Self.takingOver { durable in
            let lost = "SELECT count(*) FROM attempts WHERE outcome = 'worker-lost'"
            let seen = try await Self.values(of: lost, in: durable) { $0 == Self.count }
            #expect(seen.subtracting([0, Self.count]) == [])
        }
    }

    @Test("who tries its attempts again has their runs: the outcomes go to the code without a message")
    func takesRuns() async throws {
        try await Self.takingOver(workflows: [Echoes.self], activities: [Self.echo]) { durable in
            _ = try await Self.values(of: Self.completed, in: durable) { $0 == Self.count }
            // Start, two activations of four events each with the activity's three among them, end.
            #expect(try await Self.value(of: "SELECT max(next_event_id) FROM runs", in: durable) == 12)
            #expect(try await Self.value(of: "SELECT sum(last_message_id) FROM runs", in: durable) == 0)
        }
    }

    @Test("a worker that is stopped right after it has taken over loses no outcome")
    func stopped() async throws {
        try await Self.takingOver(workflows: [Echoes.self], activities: [Self.echo]) { durable in
            _ = try await Self.values(of: Self.completed, in: durable) { $0 > 0 }
        } afterwards: { (durable) async throws in
            let lost = "SELECT count(*) FROM attempts WHERE outcome = 'worker-lost' AND attempt > 1"
            #expect(try await Self.value(of: lost, in: durable) == 0)
            #expect(try await Self.value(of: "SELECT count(*) FROM tasks WHERE state = 1", in: durable) == 0)
            #expect(try await Self.value(of: "SELECT count(*) FROM runs WHERE owner <> 0", in: durable) == 0)
        }
    }

    private static let echo = Does(Patient.self) { input, _ in input }
    private static let completed = "SELECT count(*) FROM runs WHERE status = 2"

    /// Starts a worker on the database of one that is gone, and stops it after `body`.
    private static func takingOver(
        workflows: [any Workflow.Type] = [],
        activities: [any Activity] = [],
        _ body: (DurableDatabase) async throws -> Void,
        afterwards: (DurableDatabase) async throws -> Void = { _ in }
    ) async throws {
        try await DatabaseFolder.with { folder in
            try await leaveAttempts(in: folder.path)
            let durable = try open(folder.path)
            defer { durable.close() }
            let worker = worker(try await WorkflowDatabase.open(durable), workflows, activities)
            let working = Task { try await worker.run() }
            try await body(durable)
            working.cancel()
            try await working.value
            try await afterwards(durable)
        }
    }

    private static func value(of sql: String, in durable: DurableDatabase) async throws -> Int {
        try await durable.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    /// What a query has answered until `isLast`.
    private static func values(
        of sql: String,
        in durable: DurableDatabase,
        until isLast: (Int) -> Bool
    ) async throws -> Set<Int> {
        var seen: Set<Int> = []
        while !Task.isCancelled {
            let value = try await value(of: sql, in: durable)
            seen.insert(value)
            if isLast(value) { break }
            await Task.yield()
        }
        return seen
    }

    /// Runs of a worker that is gone, each with an attempt under way.
    private static func leaveAttempts(in path: String) async throws {
        let durable = try open(path)
        let gate = Gate()
        let hangs = Does(Patient.self) { input, _ in
            try await gate.pass()
            return input
        }
        let database = try await WorkflowDatabase.open(durable)
        let worker = worker(database, [Echoes.self], [hangs])
        let working = Task { try await worker.run() }
        for number in 0..<count { try await worker.client.start(Echoes.self, id: WorkflowID("e-\(number)")) }
        await gate.entered(count)
        // What a worker leaves whose process is killed: it cannot sign off, and the lock that says that it lives is free.
        await (database.store as? SQLiteWorkflowStore)?.close()
        durable.close()
        working.cancel()
        _ = await working.result
    }

    private static func open(_ path: String) throws -> DurableDatabase {
        var configuration = DurableDatabase.Configuration(path: path + "/workflows.sqlite")
        configuration.logger.logLevel = .critical
        return try DurableDatabase.open(configuration)
    }

    private static func worker(
        _ database: WorkflowDatabase,
        _ workflows: [any Workflow.Type],
        _ activities: [any Activity]
    ) -> Worker {
        Worker(
            database,
            configuration: .test(slots: count),
            workflows: workflows,
            activities: activities,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}

private struct Echoes: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.execute(Patient.self, "x")
    }
}

/// With a limit that a busy machine does not reach.
private enum Patient: ActivityContract {
    typealias Input = String
    typealias Output = String
    static let name = "Patient"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(3600))
}
