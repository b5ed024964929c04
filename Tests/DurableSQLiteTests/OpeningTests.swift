import DurableSQLite
import Foundation
import GRDB
import Glibc
import Testing

@Suite("Opening and closing")
struct OpeningTests {
    @Test("the writer leaves flushing to us (synchronous=NORMAL), with WAL, foreign keys, no autocheckpoint, no mmap")
    func pragmas() async throws {
        let test = try TestDatabase()
        let values = try await test.database.write { try Self.pragmas($0, "synchronous") }
        #expect(values == ["1", "wal", "1", "0", "0", "0"])
        test.database.close()
    }

    @Test("a file that is no database is damage; a missing table is not")
    func damage() throws {
        let path = NSTemporaryDirectory() + "damaged-\(UUID().uuidString).sqlite"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(repeating: 0x5A, count: 8192).write(to: URL(filePath: path))
        let found = #expect(throws: DatabaseError.self) {
            try DatabaseQueue(path: path).read { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master") }
        }
        #expect(found.flatMap { DatabaseFailure.damage($0) }?.kind == .databaseFailed)
        let missing = #expect(throws: DatabaseError.self) {
            try DatabaseQueue().read { try Row.fetchAll($0, sql: "SELECT * FROM nothing") }
        }
        #expect(missing.flatMap { DatabaseFailure.damage($0) } == nil)
    }

    @Test("readers never checkpoint by themselves and cannot write")
    func readers() async throws {
        let test = try TestDatabase()
        let values = try await test.database.read { try Self.pragmas($0, "query_only") }
        #expect(Array(values[1...]) == ["wal", "1", "0", "0", "0"])
        await #expect(throws: DatabaseError.self) {
            try await test.database.read { try $0.execute(sql: "DELETE FROM entry") }
        }
        test.database.close()
    }

    @Test("the database, its log, its shared memory and its locks are private to the user")
    func modes() async throws {
        let test = try TestDatabase()
        try await test.database.insert("a")
        for suffix in ["", "-wal", "-shm", "-writer.lock", "-writer.gate", "-writer.users"] {
            var status = stat()
            #expect(stat(test.path + suffix, &status) == 0, "\(suffix)")
            #expect(status.st_mode & 0o777 == 0o600, "\(suffix)")
        }
        test.database.close()
    }

    @Test("a missing directory is an error with a code")
    func missingDirectory() {
        let error = #expect(throws: DatabaseFailure.self) {
            try DurableDatabase.open(TestDatabase.configuration("/nonexistent/directory/file"))
        }
        #expect(error?.code == "open-failed")
    }

    @Test("what was written is there after closing and reopening, in the file alone")
    func reopen() async throws {
        let test = try TestDatabase()
        try await test.database.insert("a")
        test.database.close()
        test.database.close()
        #expect(!FileManager.default.fileExists(atPath: test.path + "-wal"))
        let again = try test.openAgain()
        #expect(try await again.entries() == ["a"])
        again.close()
    }

    @Test("after closing, writes, reads and submissions fail with database-closed")
    func closed() async throws {
        let test = try TestDatabase()
        test.database.close()
        for operation in [
            { try await test.database.insert("a") },
            { _ = try await test.database.entries() },
            { try await test.database.submitted { _ in } },
            { try test.database.migrate(TestDatabase.schema) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: DatabaseFailure.self) { try await operation() }
            #expect(error?.code == "database-closed")
        }
    }

    @Test("closing finishes what is queued")
    func closingDrains() async throws {
        let test = try TestDatabase()
        for number in 0..<50 {
            test.database.submit {
                try $0.execute(sql: "INSERT INTO entry (content) VALUES (?)", arguments: [number])
            } completion: { _ in
            }
        }
        test.database.close()
        let again = try test.openAgain()
        #expect(try await again.entries().count == 50)
        again.close()
    }

    @Test("a database that is dropped without closing writes what is queued")
    func dropped() async throws {
        let directory = try TemporaryDirectory()
        let configuration = TestDatabase.configuration(directory.file("dropped.sqlite"))
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let database = try? DurableDatabase.open(configuration)
            database?.submit {
                try $0.execute(sql: "CREATE TABLE kept (id)")
            } completion: { _ in
                done.resume()
            }
        }
        let again = try DurableDatabase.open(configuration)
        #expect(try await again.read { try $0.tableExists("kept") })
        again.close()
    }

    private static func pragmas(_ database: Database, _ first: String) throws -> [String] {
        try [first, "journal_mode", "foreign_keys", "wal_autocheckpoint", "mmap_size", "trusted_schema"].map {
            try String.fetchOne(database, sql: "PRAGMA \($0)") ?? ""
        }
    }
}
