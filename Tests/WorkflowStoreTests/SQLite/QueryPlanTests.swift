import DurableSQLite
import GRDB
import GRDBSQLite
import Testing

@testable import WorkflowStore

@Suite("Query plans")
struct QueryPlanTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var sql: StaticString
        /// The index, or `PRIMARY KEY`, every step has to use.
        var index: String

        init(_ name: String, _ sql: StaticString, _ index: String) {
            testDescription = name
            self.sql = sql
            self.index = index
        }
    }

    static let cases = [
        Case("latest run", RunSQL.latest, "INDEX runs_by_workflow_id"),
        Case("run by run id", RunSQL.byRunID, "INDEX runs_by_workflow_id"),
        Case("run by request id", RunSQL.byRequestID, "INDEX runs_by_workflow_id"),
        Case("run by key", RunSQL.ownership, "INTEGER PRIMARY KEY"),
        Case("advance", RunSQL.advance, "INTEGER PRIMARY KEY"),
        Case("message", RunSQL.message, "INTEGER PRIMARY KEY"),
        Case("runs to claim", RunSQL.toClaim, "INDEX runs_to_claim (task_queue=? AND wake_at<?)"),
        Case("next wake", RunSQL.nextWake, "INDEX runs_to_claim"),
        Case("blocked runs", RunSQL.blockedOnes, "INDEX runs_blocked"),
        Case("runs of a status and type", RunListSQL.ofStatusAndType, "INDEX runs_by_status"),
        Case("next type", RunListSQL.nextType, "INDEX runs_by_status"),
        Case("runs of a prefix", RunListSQL.ofPrefix, "INDEX runs_by_workflow_id"),
        Case("blocked list", RunListSQL.blocked, "INDEX runs_blocked"),
        Case("count of a status", RunListSQL.countOfStatusAndType, "INDEX runs_by_status"),
        Case("history", HistorySQL.from, "PRIMARY KEY"),
        Case("inbox", InboxSQL.all, "PRIMARY KEY"),
        Case("inbox ids", InboxSQL.identifiers, "PRIMARY KEY"),
        Case("consumed message", InboxSQL.delete, "PRIMARY KEY"),
        Case("signal request", InboxSQL.findRequest, "PRIMARY KEY"),
        Case("task state", TaskSQL.state, "PRIMARY KEY"),
        Case("tasks of a run", TaskSQL.ofRun, "PRIMARY KEY"),
        Case("visible tasks", TaskSQL.visible, "INDEX tasks_visible (task_queue=? AND visible_at<?)"),
        Case("overdue tasks", TaskSQL.overdue, "INDEX tasks_deadline (deadline<?)"),
        Case("next deadline", TaskSQL.nextDeadline, "INDEX tasks_deadline"),
        Case("next visible", TaskSQL.nextVisible, "INDEX tasks_visible"),
        Case("tasks of a worker", TaskSQL.startedBy, "INDEX tasks_started"),
        Case("waiting count", TaskSQL.countWaiting, "INDEX tasks_visible"),
        Case("started count", TaskSQL.countStarted, "INDEX tasks_started"),
        Case("ended attempt", AttemptSQL.insert, "PRIMARY KEY"),
        Case("attempts", AttemptSQL.ofRun, "PRIMARY KEY"),
        Case("timers", TimerSQL.ofRun, "PRIMARY KEY"),
    ]

    @Test("a hot statement uses its index", arguments: cases)
    func plan(testCase: Case) async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { _, database in
                let sql = testCase.sql.description
                let plan = try await plan(of: sql, database)
                let lookups = plan.filter { $0.hasPrefix("SEARCH") || $0.hasPrefix("SCAN") }
                #expect(lookups.contains { $0.contains(testCase.index) }, "\(plan)")
                let isScan = { (step: String) in step.hasPrefix("SCAN") && !step.contains("USING") }
                #expect(!lookups.contains(where: isScan), "\(plan)")
            }
        }
    }

    @Test(
        "claims and lists come sorted from their index",
        arguments: [
            RunSQL.toClaim.description, RunListSQL.ofStatusAndType.description, RunListSQL.newest.description,
            HistorySQL.from.description, InboxSQL.all.description,
        ]
    )
    func noSorting(sql: String) async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { _, database in
                let plan = try await plan(of: sql, database)
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            }
        }
    }

    private func plan(of sql: String, _ database: DurableDatabase) async throws -> [String] {
        try await database.read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            // Parameters are unbound, so NULL: a plan does not depend on them.
            return try Row.fetchAll(statement, arguments: StatementArguments(unbound(statement))).compactMap {
                $0["detail"] as String?
            }
        }
    }
}

private func unbound(_ statement: Statement) -> [(any DatabaseValueConvertible)?] {
    Array(repeating: nil, count: Int(sqlite3_bind_parameter_count(statement.sqliteStatement)))
}
