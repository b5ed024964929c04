import DurableSQLite
import Foundation
import GRDB
import Synchronization
import Testing

@Suite("Flushes that fail")
struct FailedFlushTests {
    @Test("a failed flush fails its units, and everything after it, with database-failed")
    func failure() async throws {
        let fails = Atomic(false)
        let test = try TestDatabase {
            $0.beforeFlush = { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
        }
        try await test.database.insert("before")
        fails.store(true, ordering: .relaxed)
        await expectDatabaseFailed { try await test.database.insert("lost") }
        // The disk is well again, but nobody knows what it has.
        fails.store(false, ordering: .relaxed)
        await expectDatabaseFailed { try await test.database.insert("refused") }
        await expectDatabaseFailed { _ = try await test.database.entries() }
        #expect(throws: DatabaseFailure.self) { try test.database.migrate(DatabaseMigrator()) }
        test.database.close()
    }

    @Test("a flush that failed stops every instance, and the first to open when all are closed begins a new log")
    func failureOfAnother() async throws {
        let fails = Atomic(false)
        let test = try TestDatabase {
            $0.beforeFlush = { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
        }
        let other = try test.openAgain()
        try await test.database.insert("before")
        fails.store(true, ordering: .relaxed)
        await expectDatabaseFailed { try await test.database.insert("perhaps") }
        await expectDatabaseFailed { try await other.insert("refused") }
        await expectDatabaseFailed { _ = try await other.entries() }
        await expectDatabaseFailed { _ = try test.openAgain() }
        other.close()
        test.database.close()
        // Whoever closes last copies nothing that nobody has checked.
        #expect(try Self.logBytes(test.path) > 0)
        let next = try test.openAgain()
        #expect(try Self.logBytes(test.path) == 0)
        try await next.insert("after")
        #expect(try await next.entries().filter { $0 != "perhaps" } == ["before", "after"])
        next.close()
        #expect(!FileManager.default.fileExists(atPath: test.path + "-wal"))
    }

    private static func logBytes(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? -1
    }

    @Test("an instance that was opened while a flush was under way keeps others out, too, when that flush has failed")
    func openedDuringFlush() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        gate.close()
        let first = test.database.pendingPair("first") {}
        await gate.flushWaits()
        let other = try test.openAgain()
        gate.open(result: ResultCode.SQLITE_IOERR_FSYNC.rawValue)
        await first.value
        test.database.close()
        await expectDatabaseFailed { _ = try test.openAgain() }
        await expectDatabaseFailed { try await other.readAhead { _ in } }
        other.close()
        try test.openAgain().close()
    }

    @Test("when the flush at closing fails, the log is left to the next process")
    func failureAtClosing() async throws {
        let fails = Atomic(false)
        let test = try TestDatabase {
            $0.beforeFlush = { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
        }
        try await test.database.insert("first")
        fails.store(true, ordering: .relaxed)
        test.database.close()
        #expect(try Self.logBytes(test.path) > 0)
        await expectDatabaseFailed { _ = try test.openAgain() }
    }

    @Test(
        "after a process that died with a commit unflushed, the first to open makes everything durable and begins a new log"
    )
    func deathBeforeFlush() async throws {
        let test = try TestDatabase()
        try await test.database.insert("flushed or not")
        let copy = try Self.leavingsOfKilled(test)
        let next = try DurableDatabase.open(DurableDatabase.Configuration(path: copy))
        #expect(try Self.logBytes(copy) == 0)
        let before = next.counters.flushes
        #expect(try await next.entries() == ["flushed or not"])
        #expect(next.counters.flushes == before)
        next.close()
        test.database.close()
    }

    @Test("a shell that reads the file meanwhile does not keep anybody from opening it")
    func deathBesideReader() async throws {
        let test = try TestDatabase()
        try await test.database.insert("flushed or not")
        let copy = try Self.leavingsOfKilled(test)
        let shell = try DatabaseQueue(path: copy)
        try shell.inDatabase { database in
            try database.execute(sql: "BEGIN; SELECT * FROM entry")
            var configuration = DurableDatabase.Configuration(path: copy)
            configuration.busyTimeout = .milliseconds(10)
            try DurableDatabase.open(configuration).close()
            try database.execute(sql: "COMMIT")
        }
        try shell.close()
        test.database.close()
    }

    /// What a killed process leaves: its files as they are, and a commit begun of which nobody has said that it is on disk.
    private static func leavingsOfKilled(_ test: TestDatabase) throws -> String {
        let copy = test.path + "-copy"
        for suffix in ["", "-wal", "-writer.lock"] {
            try FileManager.default.copyItem(atPath: test.path + suffix, toPath: copy + suffix)
        }
        let lock = try #require(FileHandle(forUpdatingAtPath: copy + "-writer.lock"))
        try lock.write(contentsOf: withUnsafeBytes(of: UInt64(1_000).littleEndian) { Data($0) })
        try lock.close()
        return copy
    }

    @Test("a unit that failed on what a lost group has written is told of the loss, not of its own error")
    func lostBefore() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        gate.close()
        let first = test.database.pendingPair("first") {}
        await gate.flushWaits()
        let second = Task { try await test.database.insert("first") }
        // Before the flush has failed or after: the collision must not be told.
        for _ in 0..<50 { await Task.yield() }
        gate.open(result: ResultCode.SQLITE_IOERR_FSYNC.rawValue)
        await first.value
        await expectDatabaseFailed { try await second.value }
        test.database.close()
    }
}
