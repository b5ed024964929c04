import DurableSQLite
import Foundation
import GRDB
import Testing

@Suite("Durability")
struct DurabilityTests {
    private static let strace = "/usr/bin/strace"
    private static var hasTracer: Bool { FileManager.default.isExecutableFile(atPath: strace) }

    @Test("every acknowledged commit was flushed to disk", .enabled(if: hasTracer))
    func flushes() throws {
        let test = try TestDatabase()
        let log = test.directory.file("trace.txt")
        let tracer = [Self.strace, "-f", "-o", log, "-e", "trace=fdatasync,fsync,write"]
        let child = try ChildProcess(under: tracer, "commit", test.path, "25")
        #expect(child.line() == "ready")
        child.proceed()
        #expect(child.line() == "done")
        child.proceed()
        child.wait()
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let ready = try #require(lines.firstIndex { $0.contains(#""ready\n""#) })
        let done = try #require(lines.firstIndex { $0.contains(#""done\n""#) })
        let flushes = lines[ready..<done].count { $0.contains("sync(") }
        #expect(flushes >= 25)
        test.database.close()
    }

    @Test("a full disk fails the writes with storage-full and heals when there is space again", arguments: [1, 20])
    func fullDisk(units: Int) async throws {
        let test = try TestDatabase()
        let database = test.database
        try await database.insert("before")
        let pages = try await database.write { try Int.fetchOne($0, sql: "PRAGMA page_count") } ?? 0
        try await Self.limit(database, pages: pages + 2)
        let failed = await outcomesOfGroup(database, count: units) { _, report in
            database.submit(
                { try $0.execute(sql: "INSERT INTO plain (content) VALUES (zeroblob(100000))") },
                completion: report
            )
        }
        #expect(failed == [String](repeating: "storage-full", count: units))
        #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM plain") } == 0)
        try await Self.limit(database, pages: 1_000_000)
        try await database.insert("after")
        #expect(try await database.entries() == ["before", "after"])
        #expect(try await database.integrity() == "ok")
        database.close()
    }

    @Test("on a full disk, small units of a group still succeed")
    func partlyFull() async throws {
        let test = try TestDatabase()
        let database = test.database
        let pages = try await database.write { try Int.fetchOne($0, sql: "PRAGMA page_count") } ?? 0
        try await Self.limit(database, pages: pages + 2)
        let results = await outcomesOfGroup(database, count: 3) { number, report in
            let size = number == 1 ? 100_000 : 10
            database.submit(
                { try $0.execute(sql: "INSERT INTO plain (content) VALUES (zeroblob(\(size)))") },
                completion: report
            )
        }
        #expect(results == ["ok", "storage-full", "ok"])
        database.close()
    }

    @Test("a file held by another program's transaction answers database-busy and recovers")
    func busy() async throws {
        let test = try TestDatabase { $0.busyTimeout = .milliseconds(1) }
        let stranger = try DatabaseQueue(path: test.path)
        try await stranger.writeWithoutTransaction {
            try $0.beginTransaction(.immediate); try $0.commit()
        }
        try await stranger.write { database in
            try database.execute(sql: "INSERT INTO entry (content) VALUES ('s')")
            let result = DispatchSemaphore(value: 0)
            test.database.submit({ _ in }) { outcome in
                #expect(throws: DatabaseFailure.self) { try outcome.get() }
                result.signal()
            }
            result.wait()
        }
        try await test.database.insert("after")
        #expect(try await test.database.entries() == ["s", "after"])
        try stranger.close()
        test.database.close()
    }

    private static func limit(_ database: DurableDatabase, pages: Int) async throws {
        _ = try await database.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)") }
    }
}
