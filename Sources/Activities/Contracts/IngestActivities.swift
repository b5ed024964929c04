import WorkflowEngine

/// Follows the queue of upload events and tells each track's workflow. It has no end of its own: it ends after ``turn``, when it
/// is cancelled, and when its worker shuts down.
public enum TakeUploads: ActivityContract {
    /// What became of the messages that were taken. Deliveries are counted: a queue may deliver a message twice.
    public struct Counts: Codable, Hashable, Sendable {
        /// Uploads that were handed to their workflows.
        public var accepted = 0
        /// Events nobody waits for: test events, other keys, uploads of runs that have ended.
        public var ignored = 0
        /// Messages that are no events; they are dead letters now.
        public var rejected = 0

        /// Counts messages.
        public init(accepted: Int = 0, ignored: Int = 0, rejected: Int = 0) {
            self.accepted = accepted
            self.ignored = ignored
            self.rejected = rejected
        }

        /// Adds another count to this one.
        public mutating func add(_ other: Counts) {
            accepted += other.accepted
            ignored += other.ignored
            rejected += other.rejected
        }
    }

    /// What was counted before.
    public typealias Input = Counts
    /// The same, and what was counted since.
    public typealias Output = Counts

    /// Heartbeat details: what operators see, and what the next attempt goes on from.
    public struct Progress: Codable, Hashable, Sendable {
        /// Since the run began.
        public var taken: Counts
        /// How many more uploads could be transcoded at the last look; no more are taken.
        public var freeCapacity: Int?
        /// When it was last looked for events, as ISO 8601 in UTC.
        public var lastLook: String?
        /// Why events cannot be taken now.
        public var lastError: String?

        /// Describes an attempt that has not looked yet.
        public init(taken: Counts) { self.taken = taken }
    }

    /// The name under which it is recorded.
    public static let name = "TakeUploads"
    /// The queue whose one slot per worker is for this.
    public static let queue: TaskQueue = "ingest"
    /// How long an attempt works before it ends normally.
    public static let turn = Duration.seconds(7 * 86_400)

    /// It is tried again without end and soon: while nobody runs it, no upload is taken. A cancelled workflow ends when the
    /// attempt has.
    public static var options: ActivityOptions {
        ActivityOptions(
            taskQueue: queue,
            startToCloseTimeout: turn + .seconds(3600),
            heartbeatTimeout: .seconds(30),
            retryPolicy: RetryPolicy(initialInterval: .milliseconds(100), maximumInterval: .seconds(2)),
            cancellation: .waitCompleted
        )
    }
}
