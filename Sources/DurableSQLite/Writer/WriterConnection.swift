import GRDB
import GRDBSQLite
import Logging

/// The one writing connection of this instance.
final class WriterConnection: @unchecked Sendable {
    // SAFETY: opened on one thread, handed over once to the writer's thread; used by that, or by the one that has borrowed its
    // work (`WriterInbox.borrow`), with the inbox's lock between them.
    let queue: DatabaseQueue
    let path: String
    let log: LogFlusher
    /// The number of pages in the log after the last commit of this connection.
    private(set) var walPages = 0
    /// Whether a commit of this connection has written to the log since this was last set to false.
    var hasWritten = false
    private var lastDataVersion: Int64 = 0
    private var versionStatement: OpaquePointer?
    private let busyTimeout: Duration

    /// Opens the connection. Call with the writer lock held: opening creates the file and its log.
    init(_ configuration: DurableDatabase.Configuration, lock: WriterLock) throws {
        let horizon = lock.horizon
        let hasLost = horizon.hasFailed
        // Commits of a process that died before they were flushed: nobody knows whether their flush had failed.
        let restartsLog = try (hasLost || horizon.unflushed != nil) && lock.isAlone()
        if hasLost, !restartsLog { throw Self.inUse(configuration.path) }
        path = configuration.path
        busyTimeout = configuration.busyTimeout
        var settings = WriterConnection.settings(configuration)
        settings.journalMode = .wal
        settings.label = "durable-sqlite.writer"
        queue = try DatabaseQueue(path: configuration.path, configuration: settings)
        log = try queue.inDatabase { database in
            // A commit leaves the log unflushed: the flush follows, while the next group is written. Only what is
            // flushed is acknowledged (`Acknowledger`).
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
            let file = try Self.logFile(database, path: configuration.path)
            if restartsLog { try Self.restartLog(database, horizon, path: configuration.path) }
            return try LogFlusher(file, horizon, configuration)
        }
        try queue.inDatabase { try prepare($0) }
        try lock.join()
    }

    /// SQLite's own file of the log. It stays the same until the connection is closed.
    private static func logFile(_ database: Database, path: String) throws -> UnsafeMutablePointer<sqlite3_file> {
        // The log is opened by the first read.
        _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
        var file: UnsafeMutablePointer<sqlite3_file>?
        let result = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
        guard result == SQLITE_OK, let file, file.pointee.pMethods != nil else {
            throw DatabaseFailure(.openFailed, "\"\(path)\" has no write-ahead log. Nothing was written.")
        }
        return file
    }

    /// After a failed flush the kernel takes the log's lost pages for written: nothing behind them would survive a power cut.
    /// Copied into the database file, what they hold is written anew, and the log begins anew.
    ///
    /// Only by the first that opens the file: SQLite has checked every page of the log then. For others it goes by its index of the
    /// log, and would copy what stands in the place of a lost page.
    ///
    /// Where no failure is known of, a program that reads the file and so keeps the log from beginning anew keeps nobody from opening it.
    private static func restartLog(_ database: Database, _ horizon: FlushHorizon, path: String) throws {
        do {
            try database.checkpoint(.truncate)
        } catch {
            guard horizon.hasFailed else { return }
            throw inUse(path, cause: error)
        }
        horizon.setFailed(false)
    }

    private static func inUse(_ path: String, cause: (any Error)? = nil) -> DatabaseFailure {
        DatabaseFailure(
            .databaseFailed,
            "a flush of the log of \"\(path)\" failed, and the log is in use. Stop every process that has the file open, and "
                + "start again.",
            cause: cause
        )
    }

    /// What every connection, writing or reading, is opened with.
    static func settings(_ configuration: DurableDatabase.Configuration) -> GRDB.Configuration {
        var settings = GRDB.Configuration()
        settings.foreignKeysEnabled = true
        settings.busyMode = .timeout(Double(configuration.busyTimeout.nanoseconds) / 1e9)
        settings.prepareDatabase { database in
            // Checkpoints are made by the writer's thread only, under the writer lock (see `WriterLock`).
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return settings
    }

    private func prepare(_ database: Database) throws {
        guard let connection = database.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                let connection = Unmanaged<WriterConnection>.fromOpaque(context).takeUnretainedValue()
                connection.walPages = Int(pages)
                connection.hasWritten = true
                return SQLITE_OK
            },
            context
        )
        let result = sqlite3_prepare_v3(
            connection,
            "PRAGMA data_version",
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &versionStatement,
            nil
        )
        guard result == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
        lastDataVersion = try readDataVersion()
    }

    private func readDataVersion() throws -> Int64 {
        defer { sqlite3_reset(versionStatement) }
        let result = sqlite3_step(versionStatement)
        guard result == SQLITE_ROW else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
        return sqlite3_column_int64(versionStatement, 0)
    }

    /// Whether another connection (of any process) has committed since the last call. Own commits do not count.
    func takeForeignChange() throws -> Bool {
        let version = try readDataVersion()
        defer { lastDataVersion = version }
        return version != lastDataVersion
    }

    /// Changes with every commit in the file, own ones included.
    func commitVersion(_ database: Database) -> UInt32 {
        var version: UInt32 = 0
        _ = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return version
    }

    /// A checkpoint's outcome: the pages in the log and how many of them are in the database file now.
    struct Checkpoint {
        var pages: Int
        var copied: Int
        var isComplete: Bool { pages >= 0 && pages == copied }
    }

    /// Copies the log into the database file, as far as readers allow without waiting for them.
    ///
    /// Call with the writer lock held.
    func checkpoint(truncating: Bool) throws -> Checkpoint {
        // SQLite flushes the log, too. An error of the disk is told once for each open file: it must not be told to
        // SQLite while others wait for the same pages.
        try log.flush()
        return try queue.inDatabase { database in
            var pages: Int32 = 0
            var copied: Int32 = 0
            // TRUNCATE would call the busy handler while readers use the log: better to cut the file another time.
            sqlite3_busy_timeout(database.sqliteConnection, 0)
            defer { sqlite3_busy_timeout(database.sqliteConnection, Int32(busyTimeout.nanoseconds / 1_000_000)) }
            let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
            let result = sqlite3_wal_checkpoint_v2(database.sqliteConnection, "main", mode, &pages, &copied)
            guard result == SQLITE_OK || result == SQLITE_BUSY else {
                throw DatabaseError(
                    resultCode: ResultCode(rawValue: result),
                    message: database.lastErrorMessage
                )
            }
            return Checkpoint(pages: Int(pages), copied: Int(copied))
        }
    }

    /// Closes the connection. Call with the writer lock held: the last connection of a file that may write checkpoints when it
    /// closes.
    func close() throws {
        log.close()
        sqlite3_finalize(versionStatement)
        versionStatement = nil
        queue.inDatabase { database in
            _ = sqlite3_wal_hook(database.sqliteConnection, nil, nil)
        }
        try queue.close()
    }
}
