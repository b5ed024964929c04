import DurableSQLite
import Foundation
import GRDB
import Synchronization
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    struct Refused: Error, Equatable {}

    @Test("writers that wait at the same time share a commit")
    func sharing() async throws {
        let test = try TestDatabase()
        let before = test.database.counters
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let left = Mutex(100)
            let database = test.database
            database.asOneGroup {
                for number in 0..<100 {
                    database.submit {
                        try $0.execute(sql: "INSERT INTO entry (content) VALUES (\(number))")
                    } completion: {
                        _ in
                        if left.withLock({
                            $0 -= 1; return $0 == 0
                        }) {
                            done.resume()
                        }
                    }
                }
            }
        }
        #expect(try await test.database.entries().count == 100)
        #expect(test.database.counters.commits - before.commits == 2)
        test.database.close()
    }

    @Test("a group is never larger than the maximum")
    func maximum() async throws {
        let test = try TestDatabase { $0.maximumGroupSize = 10 }
        let database = test.database
        database.asOneGroup {
            for _ in 0..<95 {
                database.submit {
                    try $0.execute(sql: "UPDATE counter SET value = value + 1")
                } completion: { _ in
                }
            }
        }
        try await database.insert("last")
        #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT value FROM counter") } == 95)
        #expect(database.counters.commits >= 11)
        database.close()
    }

    @Test("100 concurrent writers need far fewer commits than units")
    func concurrentWriters() async throws {
        let test = try TestDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<100 {
                group.addTask {
                    for number in 0..<10 { try await test.database.insert("\(writer)-\(number)") }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await test.database.entries().count == 1_000)
        #expect(test.database.counters.units == 1_000)
        #expect(test.database.counters.commits < 500)
        test.database.close()
    }

    @Test("a unit that fails in the middle of a group undoes only itself", arguments: [false, true])
    func failing(isProtected: Bool) async throws {
        let test = try TestDatabase()
        let results = await outcomes(test.database, isProtected: isProtected, count: 7) { database, number in
            try database.execute(sql: "INSERT INTO entry (content) VALUES ('\(number)')")
            if number == 3 { throw Refused() }
        }
        #expect(results == ["ok", "ok", "ok", "Refused()", "ok", "ok", "ok"])
        #expect(try await test.database.entries() == ["0", "1", "2", "4", "5", "6"])
        test.database.close()
    }

    @Test("a unit whose statement ends the transaction does not take others with it", arguments: [false, true])
    func conflictRollback(isProtected: Bool) async throws {
        let test = try TestDatabase()
        let results = await outcomes(test.database, isProtected: isProtected, count: 5) { database, number in
            let content = number == 3 ? 1 : number
            try database.execute(sql: "INSERT OR ROLLBACK INTO entry (content) VALUES ('\(content)')")
        }
        #expect(results.map { $0 == "ok" } == [true, true, true, false, true])
        #expect(try await test.database.entries() == ["0", "1", "2", "4"])
        test.database.close()
    }

    @Test("a unit that swallows the error of a lost transaction cannot write outside of it", arguments: [false, true])
    func swallowing(isProtected: Bool) async throws {
        let test = try TestDatabase()
        let results = await outcomes(test.database, isProtected: isProtected, count: 3) { database, number in
            guard number == 1 else {
                return try database.execute(sql: "INSERT INTO entry (content) VALUES ('\(number)')")
            }
            try? database.execute(sql: "INSERT OR ROLLBACK INTO entry (content) VALUES ('0')")
            try? database.execute(sql: "INSERT OR ROLLBACK INTO entry (id, content) VALUES (1, 'again')")
            try? database.execute(sql: "INSERT INTO entry (content) VALUES ('outside')")
        }
        #expect(results[0] == "ok" && results[2] == "ok")
        #expect(try await test.database.entries() == ["0", "2"])
        test.database.close()
    }

    @Test("a violated deferred constraint fails its own unit only", arguments: [false, true])
    func deferredConstraint(isProtected: Bool) async throws {
        let test = try TestDatabase()
        let results = await outcomes(test.database, isProtected: isProtected, count: 4) { database, number in
            try database.execute(sql: "INSERT INTO entry (content) VALUES ('\(number)')")
            if number == 2 { try database.execute(sql: "INSERT INTO child VALUES (999)") }
        }
        #expect(results.map { $0 == "ok" } == [true, true, false, true])
        #expect(try await test.database.entries() == ["0", "1", "3"])
        test.database.close()
    }

    @Test("a unit that commits the group's transaction stops the database instead of redoing its predecessors")
    func committing() async throws {
        let test = try TestDatabase()
        let results = await outcomes(test.database, isProtected: false, count: 3) { database, number in
            try database.execute(sql: "UPDATE counter SET value = value + 1")
            if number == 1 { try database.execute(sql: "COMMIT") }
        }
        #expect(results == ["database-failed", "database-failed", "database-failed"])
        #expect(try await test.database.read { try Int.fetchOne($0, sql: "SELECT value FROM counter") } == 2)
        let error = await #expect(throws: DatabaseFailure.self) { try await test.database.insert("more") }
        #expect(error?.code == "database-failed")
        test.database.close()
    }

    @Test("values of all types come back, in the order of submission")
    func values() async throws {
        let test = try TestDatabase()
        let value = try await test.database.submitted { try Int.fetchOne($0, sql: "SELECT 41 + 1") }
        #expect(value == 42)
        let none: Int? = try await test.database.write { try Int.fetchOne($0, sql: "SELECT NULL") }
        #expect(none == nil)
        test.database.close()
    }

    @Test("reads see every acknowledged write")
    func readYourWrites() async throws {
        let test = try TestDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<25 {
                        let content = "\(writer)-\(number)"
                        try await test.database.insert(content)
                        #expect(try await test.database.entries().contains(content))
                    }
                }
            }
            try await group.waitForAll()
        }
        test.database.close()
    }

    /// Runs `count` units as one group; "ok" or the error of each.
    private func outcomes(
        _ database: DurableDatabase,
        isProtected: Bool,
        count: Int,
        _ unit: @escaping @Sendable (Database, Int) throws -> Void
    ) async -> [String] {
        await outcomesOfGroup(database, count: count) { number, report in
            let body: @Sendable (Database) throws -> Void = { try unit($0, number) }
            if isProtected {
                database.submitProtected(body, completion: report)
            } else {
                database.submit(body, completion: report)
            }
        }
    }
}

/// Submits `count` units as one group and waits for all of them.
func outcomesOfGroup(
    _ database: DurableDatabase,
    count: Int,
    _ submit: (Int, @escaping @Sendable (Result<Void, any Error>) -> Void) -> Void
) async -> [String] {
    let (stream, continuation) = AsyncStream.makeStream(of: (Int, String).self)
    database.asOneGroup {
        for number in 0..<count {
            submit(number) { result in
                switch result {
                case .success: continuation.yield((number, "ok"))
                case .failure(let error as DatabaseFailure): continuation.yield((number, error.code))
                case .failure(let error): continuation.yield((number, "\(error)"))
                }
            }
        }
    }
    var results = [String](repeating: "", count: count)
    var left = count
    for await (number, text) in stream {
        results[number] = text
        left -= 1
        if left == 0 { break }
    }
    return results
}
