import DurableSQLite
import Foundation
import GRDB
import Logging
import Synchronization
import Testing

@testable import MizzoPlatform

@Suite("Watching the database", .timeLimit(.minutes(1)))
struct DatabaseWatchTests {
    @Test("a daemon that writes nothing ends, too, when another process's flush has failed")
    func failureElsewhere() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = DurableDatabase.Configuration(path: folder.path + "/test.sqlite")
        configuration.logger.logLevel = .critical
        let database = try DurableDatabase.open(configuration)
        let fails = Atomic(false)
        configuration.beforeFlush = { fails.load(ordering: .relaxed) ? ResultCode.SQLITE_IOERR_FSYNC.rawValue : 0 }
        let other = try DurableDatabase.open(configuration)
        let watch = Task { try await DatabaseWatch(database: database, interval: .milliseconds(1)).run() }
        try await other.write { try $0.execute(sql: "CREATE TABLE entry (content TEXT)") }
        #expect(database.failure == nil)
        fails.store(true, ordering: .relaxed)
        await #expect(throws: DatabaseFailure.self) {
            try await other.write { try $0.execute(sql: "DROP TABLE entry") }
        }
        let error = await #expect(throws: DatabaseFailure.self) { try await watch.value }
        #expect(error?.code == "database-failed")
        other.close()
        database.close()
    }
}
