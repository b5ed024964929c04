import DurableSQLite
import Foundation
import GRDB
import Synchronization
import Testing

@Suite("Commits by the caller's own thread", .timeLimit(.minutes(1)))
struct SubmitHereTests {
    @Test("while nothing else is under way, unit, flush and completion are the caller's, with notes")
    func here() async throws {
        let test = try TestDatabase()
        let recorder = Recorder()
        _ = recorder.observe(test.database)
        let run = Run()
        // The writer may still be on its way to wait for work.
        while !run.submit("first", to: test.database) { await Task.yield() }
        #expect(run.threads.withLock { $0 }.count == 3)
        #expect(Set(run.threads.withLock { $0 }).count == 1)
        #expect(recorder.notes == ["first"])
        #expect(try await test.database.entries() == ["first"])
        // The writer has its work back.
        try await test.database.insert("second")
        test.database.close()
        #expect(recorder.notifications.allSatisfy { !$0.foreign })
    }

    @Test("nothing is done while a unit, a flush or another instance is at work, and when the database is closed")
    func elsewhere() async throws {
        let gate = FlushGate()
        let test = try TestDatabase { $0.beforeFlush = { gate.pass() } }
        let other = try test.openAgain()
        let run = Run()
        test.database.asOneGroup { #expect(!run.submit("a unit runs", to: test.database)) }
        gate.close()
        let write = Task { try await test.database.insert("flushed") }
        await gate.flushWaits()
        #expect(!run.submit("a flush is under way", to: test.database))
        gate.open()
        try await write.value
        other.asOneGroup { #expect(!run.submit("another instance writes", to: test.database)) }
        #expect(run.threads.withLock { $0 }.isEmpty)
        #expect(try await test.database.entries() == ["flushed"])
        other.close()
        test.database.close()
        #expect(!run.submit("it is closed", to: test.database))
    }

    @Test("what is queued meanwhile is done by the writer afterwards")
    func meanwhile() async throws {
        let test = try TestDatabase()
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        let database = test.database
        let unit: @Sendable (Database) throws -> Void = { _ in
            database.submit({ try $0.execute(sql: "INSERT INTO entry (content) VALUES ('queued')") }) { _ in
                ended.yield()
            }
        }
        while !database.submitHere(unit, completion: { _ in }) { await Task.yield() }
        for await _ in ends { break }
        #expect(try await database.entries() == ["queued"])
        database.close()
    }

    @Test("an error is the unit's own, and the log is copied by the writer when it has grown")
    func errorsAndCheckpoints() async throws {
        let test = try TestDatabase { $0.checkpointPages = 10 }
        let failed = Atomic(0)
        for number in 0..<200 {
            let insert: @Sendable (Database) throws -> Void = {
                try $0.execute(sql: "INSERT INTO entry (content) VALUES (?)", arguments: [number / 2])
            }
            let completion: @Sendable (Result<Void, any Error>) -> Void = { result in
                if case .failure = result { failed.add(1, ordering: .relaxed) }
            }
            while !test.database.submitHere(insert, completion: completion) { await Task.yield() }
        }
        #expect(failed.load(ordering: .relaxed) == 100)
        #expect(try await test.database.entries().count == 100)
        #expect(test.database.counters.checkpoints > 0)
        test.database.close()
    }
}

/// Submits units and remembers on which threads they, their flush's end and their completion were.
private final class Run: Sendable {
    let threads = Mutex<[UInt]>([])

    /// On a thread that waits for nobody; whether the unit was taken.
    func submit(_ content: String, to database: DurableDatabase) -> Bool {
        let taken = database.submitHere { [self] connection in
            note()
            try database.note(content, in: connection)
            try connection.execute(sql: "INSERT INTO entry (content) VALUES (?)", arguments: [content])
        } completion: { [self] _ in
            note()
        }
        if taken { note() }
        return taken
    }

    private func note() { threads.withLock { $0.append(UInt(pthread_self())) } }
}
