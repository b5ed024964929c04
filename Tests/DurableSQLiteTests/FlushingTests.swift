import DurableSQLite
import Foundation
import GRDB
import Synchronization
import Testing

@Suite("Flushing")
struct FlushingTests {
    @Test("a commit is acknowledged after its flush, not before, and the next group is written meanwhile")
    func acknowledgement() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        let acknowledged = Mutex(0)
        gate.close()
        let first = test.database.pendingPair("first") { acknowledged.withLock { $0 += 1 } }
        await gate.flushWaits()
        let second = test.database.pending("second") { acknowledged.withLock { $0 += 1 } }
        // The second group is in the file, which another connection sees, while the first one's flush is held.
        let stranger = try DatabaseQueue(path: test.path)
        while try await stranger.read({ try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") }) != 3 {
            await Task.yield()
        }
        #expect(acknowledged.withLock { $0 } == 0)
        gate.open()
        await first.value
        await second.value
        #expect(acknowledged.withLock { $0 } == 3)
        try stranger.close()
        test.database.close()
    }

    @Test("a read returns what a flush still has to make durable only when that is done, in any instance")
    func reads() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        let readerGate = FlushGate()
        let other = try test.openAgain { $0.beforeFlush = { readerGate.pass() } }
        gate.close()
        readerGate.close()
        let write = Task { try await test.database.insert("first") }
        await gate.flushWaits()
        let (own, foreign) = (Answer(), Answer())
        let ownRead = Task { try await own.remember(test.database.entries()) }
        let foreignRead = Task { try await foreign.remember(other.entries()) }
        await readerGate.flushWaits()
        #expect(own.entries == nil && foreign.entries == nil)
        readerGate.open()
        try await foreignRead.value
        #expect(foreign.entries == ["first"])
        #expect(own.entries == nil)
        gate.open()
        try await ownRead.value
        try await write.value
        #expect(own.entries == ["first"])
        other.close()
        test.database.close()
    }

    @Test("a read whose consequences are commits does not wait for flushes")
    func readsAhead() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        gate.close()
        let write = Task { try await test.database.insert("first") }
        await gate.flushWaits()
        let ahead = try await test.database.readAhead { try String.fetchAll($0, sql: "SELECT content FROM entry") }
        #expect(ahead == ["first"])
        gate.open()
        try await write.value
        test.database.close()
    }

    @Test("reads of what is on disk, and units that write nothing, cost no flush")
    func nothingToFlush() async throws {
        let test = try TestDatabase()
        let other = try test.openAgain()
        try await test.database.insert("first")
        let before = (test.database.counters.flushes, other.counters.flushes)
        #expect(try await test.database.entries() == ["first"])
        #expect(try await other.entries() == ["first"])
        #expect(try await test.database.write { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") } == 1)
        #expect(try await test.database.entries() == ["first"])
        #expect(test.database.counters.flushes == before.0)
        #expect(other.counters.flushes == before.1)
        try await test.database.insert("second")
        #expect(test.database.counters.flushes == before.0 + 1)
        other.close()
        test.database.close()
    }

    @Test("the unsafe mode never flushes a commit")
    func unsafeMode() async throws {
        let test = try TestDatabase { $0.synchronous = .unsafeNormal }
        let other = try test.openAgain()
        for number in 0..<10 { try await test.database.insert("\(number)") }
        #expect(test.database.counters.flushes == 0)
        // An instance that promises more makes durable what it reads.
        let before = other.counters.flushes
        #expect(try await other.entries().count == 10)
        #expect(other.counters.flushes == before + 1)
        other.close()
        test.database.close()
    }

    @Test("a failed flush fails its units, and everything after it, with database-failed")
    func failure() async throws {
        let fails = Atomic(false)
        let test = try TestDatabase {
            $0.beforeFlush = { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
        }
        try await test.database.insert("before")
        fails.store(true, ordering: .relaxed)
        await Self.expectFailure { try await test.database.insert("lost") }
        // The disk is well again, but nobody knows what it has.
        fails.store(false, ordering: .relaxed)
        await Self.expectFailure { try await test.database.insert("refused") }
        await Self.expectFailure { _ = try await test.database.entries() }
        #expect(throws: DatabaseFailure.self) { try test.database.migrate(DatabaseMigrator()) }
        test.database.close()
    }

    @Test("units that only read wait for the flush of another instance's commit, and fail when their own one's fails")
    func readingUnits() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        let otherGate = FlushGate()
        let other = try test.openAgain { $0.beforeFlush = { otherGate.pass() } }
        gate.close()
        otherGate.close()
        let first = test.database.pendingPair("first") {}
        await gate.flushWaits()
        let count: @Sendable (Database) throws -> Int? = { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") }
        let foreign = Task { try await other.write(count) }
        await otherGate.flushWaits()
        otherGate.open()
        #expect(try await foreign.value == 2)
        let own = Task { try await test.database.write(count) }
        // Before the flush has failed or after: it must not succeed.
        for _ in 0..<50 { await Task.yield() }
        gate.open(result: ResultCode.SQLITE_IOERR_FSYNC.rawValue)
        await first.value
        await Self.expectFailure { _ = try await own.value }
        other.close()
        test.database.close()
    }

    @Test("a flush that failed stops every instance, and the next one to open begins a new log")
    func failureOfAnother() async throws {
        let fails = Atomic(false)
        let test = try TestDatabase {
            $0.beforeFlush = { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
        }
        let other = try test.openAgain()
        try await test.database.insert("before")
        fails.store(true, ordering: .relaxed)
        await Self.expectFailure { try await test.database.insert("perhaps") }
        await Self.expectFailure { try await other.insert("refused") }
        await Self.expectFailure { _ = try await other.entries() }
        let next = try test.openAgain()
        let log = try FileManager.default.attributesOfItem(atPath: test.path + "-wal")[.size] as? Int
        #expect(log == 0)
        try await next.insert("after")
        #expect(try await next.entries().filter { $0 != "perhaps" } == ["before", "after"])
        next.close()
        other.close()
        test.database.close()
        // Closed in spite of the failure: the last one has removed the log.
        #expect(!FileManager.default.fileExists(atPath: test.path + "-wal"))
    }

    @Test("a group that failed is told so after the flush of the one before it: what it read may be of that")
    func order() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        let answers = Mutex<[String]>([])
        gate.close()
        let first = test.database.pendingPair("first") { answers.withLock { $0.append("first") } }
        await gate.flushWaits()
        let (runs, running) = AsyncStream.makeStream(of: Void.self)
        let second = Task {
            await #expect(throws: DatabaseError.self) {
                try await test.database.write { database in
                    defer { running.yield() }
                    try database.execute(sql: "INSERT INTO entry (content) VALUES ('first')")
                }
            }
            answers.withLock { $0.append("second") }
        }
        for await _ in runs { break }
        gate.open()
        await first.value
        await second.value
        #expect(answers.withLock { $0 } == ["first", "first", "second"])
        test.database.close()
    }

    private static func expectFailure(_ body: () async throws -> Void) async {
        let error = await #expect(throws: DatabaseFailure.self) { try await body() }
        #expect(error?.code == "database-failed")
    }
}

/// What a read has returned, if it has.
private final class Answer: Sendable {
    private let state = Mutex<[String]?>(nil)
    var entries: [String]? { state.withLock { $0 } }
    func remember(_ entries: [String]) { state.withLock { $0 = entries } }
}

/// Lets flushes pass, or holds them.
final class FlushGate: Sendable {
    private let condition = NSCondition()
    private let isClosed = Mutex(false)
    private let result = Mutex<Int32>(0)
    private let (waits, waiting) = AsyncStream.makeStream(of: Void.self)

    func close() { isClosed.withLock { $0 = true } }

    /// - Parameter result: what the flushes that wait, and all later ones, come to.
    func open(result: Int32 = 0) {
        condition.withLock {
            self.result.withLock { $0 = result }
            isClosed.withLock { $0 = false }
            condition.broadcast()
        }
    }

    func pass() -> Int32 {
        condition.withLock {
            while isClosed.withLock({ $0 }) {
                waiting.yield()
                condition.wait()
            }
        }
        return result.withLock { $0 }
    }

    /// Returns when a flush has come to the closed gate.
    func flushWaits() async {
        for await _ in waits { return }
    }
}

extension DurableDatabase {
    /// An insert under way.
    fileprivate func pending(_ content: String, then done: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        Task {
            do { try await insert(content) } catch { Issue.record(error) }
            done()
        }
    }

    /// Two inserts that share a group. The writer flushes for a single one itself, as nobody waits for it.
    fileprivate func pendingPair(_ content: String, then done: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        asOneGroup {
            for text in [content, content + ", too"] {
                let insert = "INSERT INTO entry (content) VALUES (?)"
                submit {
                    try $0.execute(sql: insert, arguments: [text])
                } completion: { _ in
                    done()
                    ended.yield()
                }
            }
        }
        return Task {
            var left = 2
            for await _ in ends {
                left -= 1
                if left == 0 { return }
            }
        }
    }
}
