import DurableSQLite
import Foundation
import GRDB
import GRDBSQLite
import Logging
import Synchronization
import Testing
import WorkflowEngine

/// Guards of what a workflow costs the database. They count instead of timing, so a busy machine changes nothing.
@Suite("What three-step workflows cost the database", .serialized)
struct StoreCostTests {
    private struct Cost: CustomStringConvertible {
        var commits: Double
        var statements: Double
        var rows: Double
        var logBytes: Double
        var fileBytes: Double

        var description: String {
            "per workflow: \(commits) commits, \(statements) statements, \(rows) rows written, "
                + "\(logBytes) bytes to the log, \(fileBytes) bytes in the file"
        }
    }

    @Test("one at a time: four commits, eight rows, 0.9 KB")
    func alone() async throws {
        let cost = try await measure(lanes: 1, runs: 100)
        print(cost)
        // The start with the first activation, and the end of each step with all that follows from it.
        #expect(cost.commits <= 4.1)
        #expect(cost.statements <= 22.2)
        #expect(cost.rows <= 8.2)
        #expect(cost.logBytes <= 58_000)
        #expect(cost.fileBytes <= 950)
    }

    @Test("a hundred at a time share their commits")
    func together() async throws {
        let cost = try await measure(lanes: 100, runs: 10)
        print(cost)
        #expect(cost.commits <= 0.5)
        #expect(cost.statements <= 14.8)
        #expect(cost.rows <= 8.2)
        // How many pages are written depends on how many workflows share a commit.
        #expect(cost.logBytes <= 14_000)
    }

    private func measure(lanes: Int, runs: Int) async throws -> Cost {
        try await DatabaseFolder.with { folder in
            var configuration = DurableDatabase.Configuration(path: folder.path + "/workflows.sqlite")
            configuration.logger.logLevel = .critical
            // Nothing is copied while counting.
            configuration.checkpointPages = 1_000_000
            let durable = try DurableDatabase.open(configuration)
            let meter = Meter(durable)
            // SQLite calls the meter until the database is closed.
            defer { withExtendedLifetime(meter) { durable.close() } }
            return try await measure(lanes, runs, on: durable, meter)
        }
    }

    private func measure(
        _ lanes: Int,
        _ runs: Int,
        on durable: DurableDatabase,
        _ meter: Meter
    ) async throws -> Cost {
        let worker = Worker(
            try await WorkflowDatabase.open(durable),
            // The poller takes up to 64 slots while it looks for tasks of others, which goes by the clock.
            configuration: .test(slots: lanes + 64),
            workflows: [ThreeSteps.self],
            activities: [Does.echo],
            logger: Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await Self.load(worker.client, lanes: lanes, runs: 1, prefix: "warm")
            try await meter.attach()
            let before = try await meter.reading()
            try await Self.load(worker.client, lanes: lanes, runs: runs, prefix: "run")
            let after = try await meter.reading()
            group.cancelAll()
            return Self.cost(from: before, to: after, workflows: Double(lanes * runs))
        }
    }

    private static func load(_ client: WorkflowClient, lanes: Int, runs: Int, prefix: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    for number in 0..<runs {
                        let id = WorkflowID("\(prefix)-\(lane)-\(number)")
                        _ = try await client.start(ThreeSteps.self, id: id, input: "x").result()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func cost(from before: Meter.Reading, to after: Meter.Reading, workflows: Double) -> Cost {
        Cost(
            commits: Double(after.commits - before.commits) / workflows,
            statements: Double(after.statements - before.statements) / workflows,
            rows: Double(after.rows - before.rows) / workflows,
            logBytes: Double(after.logPages - before.logPages) * 4_120 / workflows,
            fileBytes: Double(after.pages - before.pages) * 4_096 / workflows
        )
    }
}

/// Counts what SQLite does on the writing connection.
private final class Meter: Sendable {
    struct Reading: Sendable {
        var commits = 0
        var statements = 0
        var rows: Int64 = 0
        /// Pages written to the log.
        var logPages = 0
        var pages = 0
    }

    private let durable: DurableDatabase
    private let statements = Atomic(0)

    init(_ durable: DurableDatabase) { self.durable = durable }

    /// Counts from now on, as long as the database is open.
    func attach() async throws {
        try await durable.write { [self] database in
            _ = sqlite3_trace_v2(
                database.sqliteConnection,
                UInt32(SQLITE_TRACE_STMT),
                { _, context, _, text in
                    // Looking for other processes' commits goes by the clock.
                    guard let context, let text, strncmp(text.assumingMemoryBound(to: CChar.self), "PRAGMA", 6) != 0
                    else { return SQLITE_OK }
                    Unmanaged<Meter>.fromOpaque(context).takeUnretainedValue().statements.add(1, ordering: .relaxed)
                    return SQLITE_OK
                },
                Unmanaged.passUnretained(self).toOpaque()
            )
        }
    }

    func reading() async throws -> Reading {
        let (commits, statements) = (durable.counters.commits, statements.load(ordering: .relaxed))
        return try await durable.write { database in
            var (written, peak) = (Int32(0), Int32(0))
            sqlite3_db_status(database.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &written, &peak, 0)
            return Reading(
                commits: commits,
                statements: statements,
                rows: sqlite3_total_changes64(database.sqliteConnection),
                logPages: Int(written),
                pages: try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            )
        }
    }
}

private struct ThreeSteps: Workflow {
    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        var text = input
        for _ in 0..<3 { text = try await workflow.execute(Work.self, text) }
        return text
    }
}
