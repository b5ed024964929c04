import DurableSQLite
import GRDB
import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore
import WorkflowTesting

private struct FanOut: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for index in 0..<input {
                group.addTask { (index, try await workflow.execute(Work.self, "\(index)")) }
            }
            var results = [String](repeating: "", count: input)
            for try await (index, value) in group { results[index] = value }
            return results
        }
    }
}

private struct Parallel: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        async let first = workflow.execute(Work.self, "a")
        async let second = workflow.execute(Work.self, "b")
        async let third = workflow.execute(Work.self, "c")
        return try await first + second + third
    }
}

private struct Books: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.execute(Work.self, "ticket")
    }
}

/// Writes a row; fails after it the first time.
private struct Book: TransactionalActivity {
    typealias Contract = Work
    func execute(_ input: String, in database: Database, context: ActivityContext) throws -> String {
        try database.execute(
            sql: "INSERT INTO booking (item, attempt) VALUES (?, ?)",
            arguments: [input, context.attempt]
        )
        if context.attempt == 1 { throw ApplicationError("printer jam", type: "Printer") }
        return "booked in attempt \(context.attempt)"
    }
}

/// How many are inside at once, at most.
private final class Peak: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { state.withLock { $0.now -= 1 } }
}

@Suite("Concurrent activities", .timeLimit(.minutes(1))) struct ActivityConcurrencyTests {
    @Test("async let runs activities side by side")
    func asyncLet() async throws {
        let gate = Gate()
        let activity = Does { input, _ in
            try await gate.pass()
            return input
        }
        try await withEngine([Parallel.self], [activity]) { test in
            let run = try await test.client.start(Parallel.self, id: "p")
            await gate.entered(3)
            gate.open()
            #expect(try await run.result() == "abc")
        }
    }

    @Test(
        "a task group of fifty activities runs as many at once as there are slots",
        arguments: StoreKind.allCases,
        [1, 7, 100]
    )
    func slots(kind: StoreKind, slots: Int) async throws {
        let peak = Peak()
        let gate = Gate()
        let activity = Does { input, _ in
            peak.enter()
            defer { peak.leave() }
            try await gate.pass()
            return input
        }
        try await withEngine(on: kind, [FanOut.self], [activity], configuration: .test(slots: slots)) { test in
            let run = try await test.client.start(FanOut.self, id: "f", input: 50)
            await gate.entered(min(slots, 50))
            gate.open()
            #expect(try await run.result() == (0..<50).map(String.init))
            #expect(peak.most == min(slots, 50))
            #expect(try await run.history().count(of: .activityTaskCompleted) == 50)
        }
    }

    @Test("a transactional activity's rows and completion come together; an error undoes its rows and is tried again")
    func transactional() async throws {
        try await DatabaseFolder.with { folder in
            var configuration = DurableDatabase.Configuration(path: folder.path + "/app.sqlite")
            configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let durable = try DurableDatabase.open(configuration)
            defer { durable.close() }
            var migrator = DatabaseMigrator()
            migrator.registerMigration("booking") { database in
                try database.execute(sql: "CREATE TABLE booking (item TEXT NOT NULL, attempt INTEGER NOT NULL)")
            }
            let database = try await WorkflowDatabase.open(durable, applicationMigrations: migrator)
            try await TestEnvironment.run(
                database: database,
                configuration: .test(),
                workflows: [Books.self],
                transactionalActivities: [Book()]
            ) { test in
                let run = try await test.client.start(Books.self, id: "b")
                #expect(try await test.resultSkippingTime(of: run) == "booked in attempt 2")
                #expect(try await test.attempts(of: run).map(\.outcome) == ["failed", "completed"])
                let rows = try await durable.read { try Int.fetchAll($0, sql: "SELECT attempt FROM booking") }
                #expect(rows == [2])
            }
            await (database.store as? SQLiteWorkflowStore)?.close()
        }
    }

    @Test("a transactional activity on a store in memory fails with a sentence")
    func transactionalInMemory() async throws {
        try await TestEnvironment.run(
            configuration: .test(),
            workflows: [Books.self],
            transactionalActivities: [Book()]
        ) { test in
            let run = try await test.client.start(Books.self, id: "b")
            let end = try await ending { try await run.result() }
            #expect(end.failure?.rootCause.message.contains("needs the SQLite store") == true)
        }
    }
}
