import WorkflowCore

/// One attempt that has ended.
public struct AttemptRecord: Hashable, Sendable {
    /// The event that scheduled the activity.
    public var scheduledEventID: EventID
    /// The activity's registered name.
    public var activityType: String
    /// From 1; 0 for an end without any attempt.
    public var attempt: Int
    /// Identity of the worker.
    public var identity: String
    /// When it began.
    public var startedAt: Timestamp?
    /// When it ended.
    public var endedAt: Timestamp
    /// `completed`, `failed`, `timed-out`, `cancelled`, `worker-lost`, `abandoned` (its run closed first).
    public var outcome: String
    /// Why it failed.
    public var failure: Failure?
    /// The last heartbeat's details.
    public var heartbeatDetails: Payload?
    /// When the next attempt was to begin.
    public var nextAttemptAt: Timestamp?

    /// Builds a record.
    public init(
        scheduledEventID: EventID,
        activityType: String,
        attempt: Int,
        identity: String,
        startedAt: Timestamp?,
        endedAt: Timestamp,
        outcome: String,
        failure: Failure?,
        heartbeatDetails: Payload?,
        nextAttemptAt: Timestamp?
    ) {
        self.scheduledEventID = scheduledEventID
        self.activityType = activityType
        self.attempt = attempt
        self.identity = identity
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.failure = failure
        self.heartbeatDetails = heartbeatDetails
        self.nextAttemptAt = nextAttemptAt
    }
}

extension AttemptRecord {
    /// The completed attempts that a history tells of. Histories hold the deciding attempt of an activity only.
    package static func completed(in events: [HistoryEvent]) -> [AttemptRecord] {
        var types: [EventID: String] = [:]
        var starts: [EventID: (time: Timestamp, attributes: ActivityTaskStarted)] = [:]
        return events.compactMap { event in
            switch event.attributes {
            case .activityTaskScheduled(let scheduled): types[event.id] = scheduled.activityType
            case .activityTaskStarted(let started): starts[started.scheduledEventID] = (event.time, started)
            case .activityTaskCompleted(let completed):
                let id = completed.scheduledEventID
                guard let type = types[id], let start = starts[id] else { return nil }
                return AttemptRecord(completedAt: event.time, type, startedAt: start.time, start.attributes)
            default: break
            }
            return nil
        }
    }

    fileprivate var key: [Int64] { [scheduledEventID, Int64(attempt)] }

    private init(
        completedAt endedAt: Timestamp,
        _ activityType: String,
        startedAt: Timestamp,
        _ started: ActivityTaskStarted
    ) {
        self.init(
            scheduledEventID: started.scheduledEventID,
            activityType: activityType,
            attempt: started.attempt,
            identity: started.identity,
            startedAt: startedAt,
            endedAt: endedAt,
            outcome: AttemptEnd.completed.rawValue,
            failure: nil,
            heartbeatDetails: nil,
            nextAttemptAt: nil
        )
    }
}

extension WorkflowStore {
    /// Every attempt of the run that has ended, in the order of their ends: those with rows, and those that only the history
    /// tells of.
    ///
    /// - Throws: `DecodingFailure` for a damaged history, and what reading throws.
    package func attempts(of run: RunKey) async throws -> [AttemptRecord] {
        let kept = try await keptAttempts(of: run)
        let known = Set(kept.map(\.key))
        let events = try await history(of: run, from: 1).flatMap { try HistoryCoding.decode($0.events) }
        let told = AttemptRecord.completed(in: events).filter { !known.contains($0.key) }
        return (kept + told).sorted {
            ($0.endedAt, $0.scheduledEventID, $0.attempt) < ($1.endedAt, $1.scheduledEventID, $1.attempt)
        }
    }
}
