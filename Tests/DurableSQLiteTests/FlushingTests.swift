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
        #expect(other.counters.flushes > before)
        other.close()
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
        await expectDatabaseFailed { _ = try await own.value }
        other.close()
        test.database.close()
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
}

/// What a read has returned, if it has.
private final class Answer: Sendable {
    private let state = Mutex<[String]?>(nil)
    var entries: [String]? { state.withLock { $0 } }
    func remember(_ entries: [String]) { state.withLock { $0 = entries } }
}
