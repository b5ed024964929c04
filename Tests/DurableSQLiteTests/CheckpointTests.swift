import DurableSQLite
import Foundation
import GRDB
import Glibc
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
    @Test("the writer copies the log once it is long enough, and the log stays short")
    func threshold() async throws {
        let test = try TestDatabase { $0.checkpointPages = 10 }
        for number in 0..<200 { try await test.database.insert("\(number)") }
        #expect(test.database.counters.checkpoints > 0)
        #expect(size(test.path + "-wal") < 60 * 4_120)
        test.database.close()
    }

    @Test("below the threshold nobody checkpoints: not the writer, not a reader that closes")
    func readersDoNot() async throws {
        let test = try TestDatabase()
        try await test.database.insert("a")
        let before = modified(test.path)
        for _ in 0..<3 {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            let reader = try DatabaseQueue(path: test.path, configuration: configuration)
            #expect(try await reader.read { try String.fetchOne($0, sql: "SELECT content FROM entry") } == "a")
            try reader.close()
        }
        #expect(test.database.counters.checkpoints == 0)
        #expect(modified(test.path) == before)
        test.database.close()
        #expect(modified(test.path) != before)
    }

    @Test("a log beyond its size limit is cut when no reader uses it")
    func truncation() async throws {
        let test = try TestDatabase {
            $0.checkpointPages = 10
            $0.walSizeLimit = 200_000
        }
        try await test.database.write {
            try $0.execute(sql: "INSERT INTO entry (content) VALUES (randomblob(1000000))")
        }
        // The job runs after the group's checkpoint.
        try test.database.migrate(TestDatabase.schema)
        #expect(size(test.path + "-wal") == 0)
        test.database.close()
    }

    /// When the file was last written, by `stat`: opening and closing it here would drop SQLite's locks on it.
    private func modified(_ path: String) -> [Int] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size)]
    }

    private func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }
}
