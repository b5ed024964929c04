import Logging

extension DurableDatabase {
    /// What an acknowledgement means.
    public enum Synchronous: String, Sendable {
        /// Acknowledged writes are on disk: they survive a power loss.
        case full = "FULL"
        /// Acknowledged writes survive a crash of the process, but the last ones may be lost with the machine's power.
        case unsafeNormal = "NORMAL"
    }

    /// How a database is opened.
    public struct Configuration: Sendable {
        /// The file. Its directory must exist.
        public var path: String
        /// What an acknowledgement means. Default: `full`.
        public var synchronous = Synchronous.full
        /// The most units that share one commit.
        public var maximumGroupSize = 512
        /// How many reads run at the same time.
        public var readerCount = 4
        /// The size of the write-ahead log, in pages, from which it is copied into the database file.
        ///
        /// Copying waits for a moment without queued units until the log is twice this size.
        public var checkpointPages = 4_000
        /// The size of the write-ahead log's file, in bytes, from which it is cut after it was copied.
        public var walSizeLimit = 64 * 1_024 * 1_024
        /// How long to wait for other programs (such as the `sqlite3` shell) that hold SQLite's own write lock.
        public var busyTimeout = Duration.seconds(5)
        /// How often to look for other processes' commits where the kernel cannot announce them.
        public var pollInterval = Duration.milliseconds(100)
        /// Looks at the file every `pollInterval` instead of letting the kernel announce changes.
        public var usesPolling = false
        /// Called before each flush of the log; an SQLite code other than 0 is taken for the flush's own result. For tests.
        package var beforeFlush: (@Sendable () -> Int32)?
        /// Where openings and faults are logged.
        public var logger = Logger(label: "durable-sqlite")

        /// The defaults, for the file at `path`.
        public init(path: String) {
            self.path = path
        }
    }
}
