import DurableSQLite
import Foundation
import GRDB
import Glibc
import Testing

@Suite("Several processes on one file")
struct ProcessesTests {
    @Test("four processes with 500 increments each, checkpointing all the time, lose none and keep the file sound")
    func increments() async throws {
        let test = try TestDatabase { $0.checkpointPages = 8 }
        let children = try (0..<4).map { _ in try ChildProcess("increment", test.path, "500") }
        for child in children { #expect(child.wait() == 0) }
        #expect(try await test.database.read { try Int.fetchOne($0, sql: "SELECT value FROM counter") } == 2_000)
        #expect(try await test.database.integrity() == "ok")
        test.database.close()
    }

    @Test("four processes that migrate at once apply each migration once")
    func migrations() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("migrated.sqlite")
        let children = try (0..<4).map { _ in try ChildProcess("migrate", path) }
        for child in children { #expect(child.wait() == 0) }
        let database = try DurableDatabase.open(TestDatabase.configuration(path))
        let applied = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM grdb_migrations") }
        #expect(applied == 10)
        database.close()
    }

    @Test("units and migrations run under the lock that orders all processes; completions do not")
    func underLock() async throws {
        let test = try TestDatabase()
        let path = test.path
        #expect(try await test.database.write { _ in Self.isLocked(path) })
        var migrator = TestDatabase.schema
        migrator.registerMigration("locked") { _ in #expect(Self.isLocked(path)) }
        try test.database.migrate(migrator)
        #expect(!Self.isLocked(path))
        let database = test.database
        let lockedAfterwards = await withCheckedContinuation { done in
            database.submit({ _ in }) { _ in done.resume(returning: Self.isLocked(path)) }
        }
        #expect(!lockedAfterwards)
        database.close()
    }

    @Test("a lock file removed while in use stops writing instead of excluding nobody")
    func removedLock() async throws {
        let test = try TestDatabase()
        try FileManager.default.removeItem(atPath: test.path + "-writer.lock")
        let error = await #expect(throws: DatabaseFailure.self) { try await test.database.insert("a") }
        #expect(error?.code == "lock-unavailable")
        test.database.close()
    }

    private static func isLocked(_ path: String) -> Bool {
        let descriptor = open(path + "-writer.lock", O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    @Test("a file migrated by a newer version is refused")
    func newer() throws {
        let test = try TestDatabase()
        var older = DatabaseMigrator()
        older.registerMigration("another") { _ in }
        let error = #expect(throws: DatabaseFailure.self) { try test.database.migrate(older) }
        #expect(error?.code == "database-newer")
        #expect(error?.message.contains("tables") == true)
        test.database.close()
    }

    @Test("a killed writer loses no acknowledged row and leaves a sound file")
    func killed() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the kill test: \(seed)")
        var random = SplitMix(state: seed)
        let test = try TestDatabase { $0.checkpointPages = 20 }
        // Nobody else has the file open: each start recovers the log from scratch.
        test.database.close()
        var acknowledged: Set<Int64> = []
        for _ in 0..<20 {
            let child = try ChildProcess("append", test.path, "\(Int.random(in: 1...20, using: &random))")
            for _ in 0..<Int.random(in: 1...300, using: &random) {
                if let row = child.line().flatMap({ Int64($0) }) { acknowledged.insert(row) }
            }
            child.kill()
            while let row = child.line().flatMap({ Int64($0) }) { acknowledged.insert(row) }
            child.wait()
        }
        let again = try test.openAgain()
        let present = try await again.read { try Int64.fetchSet($0, sql: "SELECT id FROM entry") }
        #expect(acknowledged.subtracting(present).isEmpty, "seed \(seed)")
        #expect(acknowledged.count >= 20)
        #expect(try await again.integrity() == "ok", "seed \(seed)")
        again.close()
    }

    struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }
}
