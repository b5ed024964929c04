import Logging
import WorkflowCore
import WorkflowStore

/// What an activity knows about its attempt, and how it reports.
public struct ActivityContext: Sendable {
    /// The workflow that asked for the activity.
    public let workflowID: WorkflowID
    /// The run that asked for it.
    public let runID: RunID
    /// The activity's registered name.
    public let activityType: String
    /// The event that scheduled it.
    public let scheduledEventID: EventID
    /// This attempt's number, from 1.
    public let attempt: Int
    /// Why the attempt before failed.
    public let lastFailure: Failure?

    let previousDetails: Payload?
    let codec: any PayloadCodec
    let shutdown: ShutdownNotice
    let onHeartbeat: @Sendable (Payload?) -> Void

    /// A logger with the run's and the attempt's ids as metadata.
    public var logger: Logger {
        var logger = Logger(label: "activity")
        logger[metadataKey: "workflow-id"] = "\(workflowID)"
        logger[metadataKey: "run-id"] = "\(runID)"
        logger[metadataKey: "activity"] = "\(activityType)"
        logger[metadataKey: "attempt"] = "\(attempt)"
        return logger
    }

    /// The same for every attempt of this activity and different for every other activity: the key under which an
    /// external system can recognise a repeated effect.
    public var idempotencyKey: String { "\(runID)/\(scheduledEventID)" }

    /// The details of the last heartbeat of the attempt before; `nil` if there are none.
    ///
    /// - Throws: when the details are not a `Value`.
    public func heartbeatDetails<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        guard let previousDetails else { return nil }
        return try codec.decode(type, from: previousDetails)
    }

    /// Reports that the attempt is alive, with details that the next attempt receives should this one fail. Reports are
    /// written at most every 0.8 × the heartbeat timeout (30 s if there is none), the latest details win; call it as often
    /// as convenient.
    public func heartbeat<Details: Encodable>(_ details: Details) {
        onHeartbeat(try? codec.encode(details))
    }

    /// Reports that the attempt is alive.
    public func heartbeat() { onHeartbeat(nil) }

    /// Whether the worker shuts down: it takes no new work, and cancels the attempt once its drain timeout has passed.
    public var isWorkerShuttingDown: Bool { shutdown.isGiven }

    /// Returns when the worker begins to shut down, or the task is cancelled.
    ///
    /// For an activity that has no end of its own (it follows a queue or a stream): waiting for the drain timeout is of no use
    /// to it. Let it throw `CancellationError` then; another worker, or the next one that starts, tries it again at once, with
    /// the details of the last heartbeat.
    public func waitForWorkerShutdown() async { await shutdown.wait() }

    init(
        task: TaskRecord,
        codec: any PayloadCodec,
        shutdown: ShutdownNotice,
        onHeartbeat: @escaping @Sendable (Payload?) -> Void
    ) {
        workflowID = task.run.workflowID
        runID = task.run.runID
        activityType = task.scheduled.activityType
        scheduledEventID = task.scheduledEventID
        attempt = task.attempt
        lastFailure = task.lastFailure
        previousDetails = task.heartbeatDetails
        self.codec = codec
        self.shutdown = shutdown
        self.onHeartbeat = onHeartbeat
    }
}
