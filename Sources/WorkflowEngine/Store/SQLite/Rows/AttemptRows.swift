import WorkflowCore

/// Attempts that ended, kept for good unless the history tells of them. A task that ends while it waits leaves one row with
/// attempt 0.
enum AttemptSQL {
    /// Copies what the task knows of its attempt.
    static var insert: StaticString {
        """
        INSERT INTO attempts (run_key, scheduled_event_id, attempt, activity_type, identity, started_at, ended_at, \
        outcome, next_attempt_at, failure, heartbeat_details) \
        SELECT run_key, scheduled_event_id, CASE state WHEN 1 THEN attempt ELSE 0 END, activity_type, \
        COALESCE(?3, identity), started_at, ?4, ?5, ?6, ?7, heartbeat_details \
        FROM tasks WHERE run_key = ?1 AND scheduled_event_id = ?2
        """
    }
    /// Writes what a run's row knows of an attempt.
    static var insertCarried: StaticString {
        """
        INSERT INTO attempts (run_key, scheduled_event_id, attempt, activity_type, identity, started_at, ended_at, \
        outcome, next_attempt_at, failure) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
        """
    }
    static var insertAbandoned: StaticString {
        """
        INSERT INTO attempts (run_key, scheduled_event_id, attempt, activity_type, identity, started_at, ended_at, \
        outcome, heartbeat_details) \
        SELECT run_key, scheduled_event_id, CASE state WHEN 1 THEN attempt ELSE 0 END, activity_type, identity, \
        started_at, ?2, 'abandoned', heartbeat_details FROM tasks WHERE run_key = ?1
        """
    }
    static var ofRun: StaticString {
        """
        SELECT scheduled_event_id, activity_type, attempt, identity, started_at, ended_at, outcome, next_attempt_at, \
        failure, heartbeat_details FROM attempts WHERE run_key = ? ORDER BY ended_at, scheduled_event_id, attempt
        """
    }
}

/// How an attempt ended.
struct AttemptEnding {
    var end: AttemptEnd
    var endedAt: Timestamp
    /// Overrides the identity the task has.
    var identity: String?
    var failure: Failure?
    var nextAttemptAt: Timestamp?
}

extension StoreUnit {
    func insertAttempt(of key: TaskKey, _ ending: AttemptEnding) throws {
        var insert = try prepare(AttemptSQL.insert)
        insert.bind(key)
        insert.bind(ending.identity)
        insert.bind(ending.endedAt.milliseconds)
        insert.bind(ending.end.rawValue)
        insert.bind(ending.nextAttemptAt?.milliseconds)
        insert.bind(RowCoding.bytes(ending.failure))
        try insert.run()
    }

    func insertAttempt(
        ofCarried task: TaskKey,
        _ activityType: String,
        startedAt: Timestamp,
        _ ending: AttemptEnding
    ) throws {
        var insert = try prepare(AttemptSQL.insertCarried)
        insert.bind(task)
        insert.bind(activityType)
        insert.bind(ending.identity ?? "")
        insert.bind(startedAt.milliseconds)
        insert.bind(ending.endedAt.milliseconds)
        insert.bind(ending.end.rawValue)
        insert.bind(ending.nextAttemptAt?.milliseconds)
        insert.bind(RowCoding.bytes(ending.failure))
        try insert.run()
    }

    func keptAttempts(of run: RunKey) throws -> [AttemptRecord] {
        var query = try prepare(AttemptSQL.ofRun)
        query.bind(run.rawValue)
        defer { query.reset() }
        var records: [AttemptRecord] = []
        while try query.step() {
            do { records.append(try AttemptRecord(query)) } catch {
                throw StoreError.rowNotValid("attempt", "\(run)/\(query.integer(0))", error.description)
            }
        }
        return records
    }
}

extension AttemptRecord {
    fileprivate init(_ row: RawStatement) throws(DecodingFailure) {
        self.init(
            scheduledEventID: row.integer(0),
            activityType: row.text(1),
            attempt: Int(row.integer(2)),
            identity: row.text(3),
            startedAt: row.optionalInteger(4).map(Timestamp.init(milliseconds:)),
            endedAt: Timestamp(milliseconds: row.integer(5)),
            outcome: row.text(6),
            failure: try RowCoding.failure(row.blob(8)),
            heartbeatDetails: try RowCoding.payload(row.blob(9)),
            nextAttemptAt: row.optionalInteger(7).map(Timestamp.init(milliseconds:))
        )
    }
}
