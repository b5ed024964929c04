import DurableSQLite
import GRDB
import Glibc
import Logging

/// A child process for the tests of DurableSQLite: it writes, migrates, holds locks, and is killed.
///
/// It prints one line per acknowledged fact, unbuffered: what a parent has read from it was true before.
@main
struct Probe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else {
            say("usage: durable-probe increment|append|migrate|commit|hold PATH [COUNT]")
            exit(64)
        }
        let path = arguments[2]
        let count = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
        switch arguments[1] {
        case "increment": try await increment(path, count)
        case "append": try await append(path, writers: count)
        case "migrate": try migrate(path)
        case "commit": try await commit(path, count)
        case "hold": try hold(path)
        default: exit(64)
        }
    }

    /// `count` increments of one counter, checkpointing every few pages.
    static func increment(_ path: String, _ count: Int) async throws {
        let database = try open(path, checkpointPages: 8)
        for _ in 0..<count {
            try await database.write { try $0.execute(sql: "UPDATE counter SET value = value + 1") }
        }
        database.close()
    }

    /// Inserts rows until killed and prints each row's number once it is acknowledged.
    static func append(_ path: String, writers: Int) async throws {
        let database = try open(path, checkpointPages: 20)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<writers {
                group.addTask {
                    while true {
                        let row = try? await database.write { database in
                            try database.execute(sql: "INSERT INTO entry (content) VALUES (randomblob(300))")
                            return database.lastInsertedRowID
                        }
                        guard let row else { return }
                        say("\(row)")
                    }
                }
            }
        }
    }

    static func migrate(_ path: String) throws {
        let database = try open(path, checkpointPages: 4_000)
        var migrator = DatabaseMigrator()
        for step in 0..<10 {
            migrator.registerMigration("step-\(step)") { database in
                try database.execute(sql: "CREATE TABLE step\(step) (id INTEGER PRIMARY KEY)")
            }
        }
        try database.migrate(migrator)
        database.close()
    }

    /// Says "ready", waits for a line of input, then makes `count` commits, one after the other.
    static func commit(_ path: String, _ count: Int) async throws {
        let database = try open(path, checkpointPages: 4_000)
        say("ready")
        _ = readLine()
        for _ in 0..<count {
            try await database.write { try $0.execute(sql: "INSERT INTO plain (content) VALUES ('x')") }
        }
        say("done")
        _ = readLine()
        database.close()
    }

    static func hold(_ path: String) throws {
        let lock = try ProcessLock.acquire(path)
        say("held")
        _ = readLine()
        lock.release()
    }

    static func open(_ path: String, checkpointPages: Int) throws -> DurableDatabase {
        var configuration = DurableDatabase.Configuration(path: path)
        configuration.checkpointPages = checkpointPages
        configuration.logger.logLevel = .critical
        return try DurableDatabase.open(configuration)
    }

    static func say(_ line: String) {
        let line = line + "\n"
        _ = write(STDOUT_FILENO, line, line.utf8.count)
    }
}
