import DurableSQLite
import Foundation
import GRDB
import Testing
import WorkflowCore

@testable import WorkflowStore

@Suite("The SQLite store's file", .timeLimit(.minutes(1)))
struct SQLiteStoreTests {
    @Test("everything is still there after the file is opened again")
    func reopen() async throws {
        try await SQLiteFile.withTemporary { file in
            var before: StoreDump?
            try await file.withStore { store, _ in
                let run = try await store.startWithTask("w", .sample(scheduleToClose: .seconds(60)))
                var activation = run.activation(2)
                activation.newTimers = [TimerRecord(startedEventID: 3, fireTime: at(99))]
                activation.published = [("a", Payload(encoding: "binary", data: [0, 255]))]
                activation.waits = [RunWait(kind: "timer", name: "1 s", eventID: 3, location: "Order.swift:12")]
                try await store.expectCommitted(activation)
                _ = try await store.signal(SignalRequest("w", "a", requestID: "1"))
                let worker = try await store.register("two")
                let task = try #require(try await store.claimActivities(worker, at: at(1)).first)
                _ = try await store.heartbeat(.of(task, Payload(text: "half"), at: at(2)))
                let retry = AttemptReport(task, worker: worker, at: at(3), .retry(.sample, visibleAt: at(4)))
                #expect(try await store.report(retry) == .accepted)
                _ = try await store.start(StartRequest("closed"))
                _ = try await store.terminate(
                    TerminateRequest(target: RunTarget("closed"), reason: "r", identity: "op", now: at(9))
                )
                before = try await StoreDump(reading: store)
            }
            try await file.withStore { store, database in
                let dump = try await StoreDump(reading: store)
                #expect(dump.difference(to: try #require(before)) == nil && dump.runs.count == 2)
                #expect(try await store.signal(SignalRequest("w", "a", requestID: "1")).isDuplicate)
                // The locks of the workers are gone with their process's store.
                #expect(try await store.workers().map(\.isAlive) == [false, false])
                // A key is never given to another worker.
                #expect(try await store.register("three") == WorkerKey(3))
                let check = try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
                #expect(check == ["ok"])
            }
        }
    }

    @Test("a message that cannot be read keeps no other run from being claimed")
    func damagedMessage() async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { store, database in
                let worker = try await store.register()
                for id in ["damaged", "whole"] as [WorkflowID] {
                    _ = try await store.start(StartRequest(id))
                    _ = try await store.signal(SignalRequest(id, "s"))
                }
                try await database.write { try $0.execute(sql: "UPDATE inbox SET content = x'FF' WHERE run_key = 1") }
                let claimed = try await store.claim(worker, at: at(9))
                #expect(claimed.map(\.reference.workflowID) == ["damaged", "whole"])
                #expect(claimed.map { $0.beginning == nil } == [true, false])
                let loaded = try await store.load(claimed.map(\.reference.key))
                #expect(loaded.map { (try? $0.get().inbox.count) ?? 0 } == [0, 1])
            }
        }
    }

    @Test("a start and a signal in a caller's transaction are kept or undone with it")
    func callersTransaction() async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { store, database in
                try await database.write { try $0.execute(sql: "CREATE TABLE tracks (name TEXT)") }
                await #expect(throws: UnexpectedOutcome.self) {
                    try await database.write { database in
                        try database.execute(sql: "INSERT INTO tracks VALUES ('a')")
                        _ = try store.start(StartRequest("w"), in: database)
                        _ = try store.signal(SignalRequest("w", "s", requestID: "1"), in: database)
                        _ = try store.requestCancel(
                            CancelRequest(target: RunTarget("w"), cause: "", identity: "", now: at(1)),
                            in: database
                        )
                        throw UnexpectedOutcome(what: "undo")
                    }
                }
                #expect(try await StoreDump(store).runs.isEmpty)
                #expect(try await tracks(database) == 0)
                let leftovers = try await database.read { database in
                    try ["history", "inbox", "signal_requests"].map { table in
                        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table)")
                    }
                }
                #expect(leftovers == [0, 0, 0])

                try await database.write { database in
                    try database.execute(sql: "INSERT INTO tracks VALUES ('a')")
                    let request = SignalWithStartRequest(
                        start: StartRequest("w"),
                        signal: WorkflowExecutionSignaled("s")
                    )
                    _ = try store.signalWithStart(request, in: database)
                }
                #expect(try await store.run(RunTarget("w"))?.inboxCount == 1)
                #expect(try await tracks(database) == 1)
            }
        }
    }

    @Test("a call inside another connection's transaction is refused")
    func otherConnection() async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { store, database in
                await #expect(throws: StoreError.notTheWriter) {
                    _ = try await database.read { try store.start(StartRequest("w"), in: $0) }
                }
            }
        }
    }

    @Test("a transactional activity commits its rows together with its completion")
    func transactionalActivity() async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { store, database in
                try await database.write { try $0.execute(sql: "CREATE TABLE tracks (name TEXT)") }
                let run = try await store.startWithTask()
                let worker = try await store.register("two")
                let task = try #require(try await store.claimActivities(worker, at: at(1)).first)
                let before = try await StoreDump(store)
                await #expect(throws: UnexpectedOutcome.self) {
                    _ = try await store.endAttempt(task, worker: worker, now: at(2)) { database in
                        try database.execute(sql: "INSERT INTO tracks VALUES ('a')")
                        throw UnexpectedOutcome(what: "undo")
                    }
                }
                #expect(try await StoreDump(store).difference(to: before) == nil)
                #expect(try await tracks(database) == 0)

                func end() async throws -> ReportOutcome {
                    try await store.endAttempt(task, worker: worker, now: at(3)) { database in
                        try database.execute(sql: "INSERT INTO tracks VALUES ('a')")
                        return Payload(text: "1")
                    }
                }
                let foreign = try await store.endAttempt(task, worker: run.worker, now: at(3)) { _ in
                    throw UnexpectedOutcome(what: "the body of a stale attempt must not run")
                }
                #expect(foreign == .stale)
                #expect(try await end() == .accepted)
                #expect(try await end() == .stale)
                #expect(try await tracks(database) == 1)
                guard case .activityEnded(let outcome) = try await store.inbox(of: run.key).first?.content else {
                    Issue.record("expected the outcome in the inbox")
                    return
                }
                #expect(outcome.result == .completed(Payload(text: "1")) && outcome.identity == "two")
            }
        }
    }

    @Test("two workers on one file see each other's changes and take over from each other")
    func twoStores() async throws {
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { first, _ in
                let recorder = ChangeRecorder()
                let observation = first.observe { recorder.record($0) }
                defer { observation.cancel() }
                let owner = try await first.register("first")
                try await file.withStore { second, _ in
                    let worker = try await second.register("second")
                    #expect(try await first.workers().map(\.isAlive) == [true, true])
                    #expect(try await second.workers().map(\.isAlive) == [true, true])
                    _ = try await second.start(StartRequest("w"))
                    #expect(await recorder.changes(upTo: .foreign).last == .foreign)
                    #expect(try await first.claim(owner, at: at(1)).count == 1)
                    #expect(try await second.claim(worker, at: at(1)).isEmpty)
                    _ = try await second.signal(SignalRequest("w", "a"))
                    let run = try #require(try await first.run(RunTarget("w")))
                    #expect(run.inboxCount == 1 && run.owner == owner)

                    let old = OwnedRun(reference: run.reference, worker: owner)
                    try await second.removeWorker(owner, at: at(2))
                    #expect(try await second.claim(worker, at: at(2)).map(\.epoch) == [2])
                    #expect(try await first.commit(old.activation()) == .ownershipLost)
                }
                // The second store has given its lock up.
                #expect(try await first.workers().map(\.isAlive) == [false])
            }
        }
    }

    @Test("the application's migrations run together with the store's")
    func migrations() async throws {
        try await SQLiteFile.withTemporary { file in
            var migrator = DatabaseMigrator()
            migrator.registerMigration("catalog-0001") { try $0.execute(sql: "CREATE TABLE tracks (name TEXT)") }
            for _ in 0..<2 {
                let database = try DurableDatabase.open(file.configuration)
                defer { database.close() }
                let store = try await SQLiteWorkflowStore.open(database, applicationMigrations: migrator)
                #expect(try await tracks(database) == 0)
                await store.close()
            }
        }
    }

    @Test("an operator's program opens a file with any application's tables and migrates nothing")
    func existing() async throws {
        try await SQLiteFile.withTemporary { file in
            var migrator = DatabaseMigrator()
            migrator.registerMigration("orders-1") { try $0.execute(sql: "CREATE TABLE orders (name TEXT)") }
            let database = try DurableDatabase.open(file.configuration)
            defer { database.close() }
            let store = try await SQLiteWorkflowStore.open(database, applicationMigrations: migrator)
            _ = try await store.start(StartRequest("w"))
            let operating = try await SQLiteWorkflowStore.openExisting(file.configuration)
            #expect(try await operating.run(RunTarget("w"))?.status == .running)
            _ = try await operating.signal(SignalRequest("w", "a"))
            #expect(try await store.run(RunTarget("w"))?.inboxCount == 1)
            await operating.close()
            _ = try await SQLiteWorkflowStore.open(database, applicationMigrations: migrator)
            await store.close()
        }
    }

    @Test("an operator's program refuses a file without workflows, or with newer ones, and leaves it as it is")
    func notOurs() async throws {
        try await SQLiteFile.withTemporary { file in
            let path = file.configuration.path
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "CREATE TABLE orders (name TEXT)") }
            try queue.close()
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            await #expect(throws: DatabaseFailure.self) {
                _ = try await SQLiteWorkflowStore.openExisting(file.configuration)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
        try await SQLiteFile.withTemporary { file in
            try await file.withStore { _, database in
                try await database.write { database in
                    try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('workflow-9999')")
                }
            }
            let error = await #expect(throws: DatabaseFailure.self) {
                _ = try await SQLiteWorkflowStore.openExisting(file.configuration)
            }
            #expect(error?.kind == .databaseNewer)
        }
    }

    private func tracks(_ database: DurableDatabase) async throws -> Int? {
        try await database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM tracks") }
    }
}

extension SignalOutcome {
    fileprivate var isDuplicate: Bool {
        if case .duplicate = self { true } else { false }
    }
}
