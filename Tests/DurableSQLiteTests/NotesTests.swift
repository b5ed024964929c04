import Foundation
import GRDB
import Testing

@testable import DurableSQLite

@Suite("Notes and observers")
struct NotesTests {
    struct Refused: Error {}

    @Test("notes reach observers after the commit, in order, once")
    func order() async throws {
        let test = try TestDatabase()
        let recorder = Recorder()
        _ = recorder.observe(test.database)
        let results = await outcomesOfGroup(test.database, count: 5) { number, report in
            test.database.submit({ try Self.note(number, test.database, $0) }, completion: report)
        }
        #expect(results == ["ok", "ok", "ok", "ok", "ok"])
        try await test.database.write { try Self.note(5, test.database, $0) }
        test.database.close()
        #expect(recorder.notes == ["0", "1", "2", "3", "4", "5"])
        #expect(recorder.notifications.allSatisfy { !$0.foreign })
        #expect(recorder.notifications.count == 2)
    }

    @Test("notes of an undone unit are dropped, those of a redone group come once", arguments: [false, true])
    func dropped(isProtected: Bool) async throws {
        let test = try TestDatabase()
        let recorder = Recorder()
        _ = recorder.observe(test.database)
        _ = await outcomesOfGroup(test.database, count: 5) { number, report in
            let body: @Sendable (Database) throws -> Void = {
                try Self.note(number, test.database, $0)
                if number == 2 { throw Refused() }
            }
            if isProtected {
                test.database.submitProtected(body, completion: report)
            } else {
                test.database.submit(body, completion: report)
            }
        }
        test.database.close()
        #expect(recorder.notes == ["0", "1", "3", "4"])
    }

    @Test("a commit without notes and a cancelled observation tell nobody")
    func silence() async throws {
        let test = try TestDatabase()
        let recorder = Recorder()
        let observation = recorder.observe(test.database)
        try await test.database.insert("a")
        observation.cancel()
        try await test.database.write { try Self.note(1, test.database, $0) }
        test.database.close()
        #expect(recorder.notifications.isEmpty)
    }

    @Test("another instance's commit is reported as foreign, an own commit is not", arguments: [false, true])
    func foreignInstance(usesPolling: Bool) async throws {
        let test = try TestDatabase { $0.usesPolling = usesPolling }
        let other = try test.openAgain { $0.usesPolling = usesPolling }
        let (here, there) = (Recorder(), Recorder())
        _ = here.observe(test.database)
        _ = there.observe(other)
        try await test.database.insert("a")
        await there.foreignChange()
        #expect(here.notifications.isEmpty)
        #expect(try await other.entries() == ["a"])
        other.close()
        test.database.close()
    }

    @Test(
        "observers of commits hear of own ones with and without notes, and of foreign ones",
        arguments: [false, true]
    )
    func everyCommit(isForeign: Bool) async throws {
        let test = try TestDatabase()
        let other = try test.openAgain { _ in }
        let (commits, committed) = AsyncStream<Void>.makeStream()
        let observation = test.database.observeCommits { committed.yield() }
        var news = commits.makeAsyncIterator()
        try await (isForeign ? other : test.database).insert("a")
        await news.next()
        #expect(try await test.database.entries() == ["a"])
        observation.cancel()
        other.close()
        test.database.close()
    }

    @Test("each commit of another process is reported")
    func foreignProcess() async throws {
        let test = try TestDatabase()
        let recorder = Recorder()
        _ = recorder.observe(test.database)
        let child = try ChildProcess("commit", test.path, "1")
        #expect(child.line() == "ready")
        child.proceed()
        #expect(child.line() == "done")
        await recorder.foreignChange()
        #expect(try await test.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM plain") } == 1)
        child.proceed()
        child.wait()
        test.database.close()
    }

    @Test("a commit of a program that knows nothing of this library is reported")
    func foreignProgram() async throws {
        let test = try TestDatabase()
        let recorder = Recorder()
        _ = recorder.observe(test.database)
        let stranger = try DatabaseQueue(path: test.path)
        try await stranger.write { try $0.execute(sql: "INSERT INTO entry (content) VALUES ('s')") }
        await recorder.foreignChange()
        #expect(try await test.database.entries() == ["s"])
        try stranger.close()
        test.database.close()
    }

    @Test("a blocking call from an observer or completion is refused, closing from there ends the database")
    func blockingCalls() async throws {
        let test = try TestDatabase()
        let result = await withCheckedContinuation { (done: CheckedContinuation<Result<Void, any Error>, Never>) in
            test.database.submit({ _ in }) { _ in
                let result = Result { try test.database.migrate(TestDatabase.schema) }
                test.database.close()
                done.resume(returning: result)
            }
        }
        let error = #expect(throws: DatabaseFailure.self) { try result.get() }
        #expect(error?.code == "wrong-thread")
        test.database.close()
    }

    @Test("a note outside of a unit is refused, whatever database it names")
    func outsideOfUnits() async throws {
        let test = try TestDatabase()
        let stranger = try DatabaseQueue()
        let outside = #expect(throws: DatabaseFailure.self) {
            try stranger.write { try Self.note(1, test.database, $0) }
        }
        let inside = await #expect(throws: DatabaseFailure.self) {
            try await test.database.write { _ in try stranger.write { try Self.note(1, test.database, $0) } }
        }
        #expect([outside?.code, inside?.code] == ["note-outside-unit", "note-outside-unit"])
        test.database.close()
    }

    @Test("a commit rings at once: nobody has to look for it")
    func rings() async throws {
        let test = try TestDatabase()
        let events = try #require(RingEvents(databasePath: test.path))
        #expect(!isReadable(events))
        try await test.database.insert("a")
        #expect(isReadable(events))
        #expect(events.read())
        #expect(!isReadable(events))
        test.database.close()
    }

    private func isReadable(_ events: RingEvents) -> Bool {
        var entry = pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 1
    }

    private static func note(_ number: Int, _ durable: DurableDatabase, _ database: Database) throws {
        try durable.note("\(number)", in: database)
    }
}
