import Glibc
import WorkflowCore

/// How a worker works.
public struct WorkerConfiguration: Sendable {
    /// The queue whose runs it advances.
    public var taskQueue: TaskQueue
    /// How many activities it runs at once, by queue. A queue that is not named here is not served.
    public var activitySlots: [TaskQueue: Int]
    /// How many runs stay loaded between activations; more are evicted and replayed when needed.
    public var maximumCachedRuns: Int
    /// How long activities may go on after a shutdown was asked for, before they are cancelled.
    public var drainTimeout: Duration
    /// How long workflow code may occupy the engine's thread without waiting, before the run is blocked.
    public var deadlockTimeout: Duration
    /// Name of this worker in histories and attempts.
    public var identity: String
    /// Identifies the code: blocked runs are tried again by a worker with any build id, this one is shown to operators.
    public var buildID: String

    /// Builds a configuration.
    ///
    /// - Parameters:
    ///   - taskQueue: the queue whose runs are advanced and, unless `activitySlots` says otherwise, whose activities run.
    ///   - activitySlots: activities at once by queue; by default 100 of `taskQueue`.
    public init(
        taskQueue: TaskQueue = .default,
        activitySlots: [TaskQueue: Int]? = nil,
        maximumCachedRuns: Int = 10_000,
        drainTimeout: Duration = .seconds(10),
        deadlockTimeout: Duration = .seconds(2),
        identity: String? = nil,
        buildID: String = ""
    ) {
        self.taskQueue = taskQueue
        self.activitySlots = activitySlots ?? [taskQueue: 100]
        self.maximumCachedRuns = maximumCachedRuns
        self.drainTimeout = drainTimeout
        self.deadlockTimeout = deadlockTimeout
        self.identity = identity ?? "\(getpid())@\(Self.hostName)"
        self.buildID = buildID
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
