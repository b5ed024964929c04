import WorkflowCore

/// The statements on `runs` that the engine's calls use. Lists are in `RunListRows`.
enum RunSQL {
    static var insert: StaticString {
        """
        INSERT INTO runs (run_id, workflow_id, workflow_type, task_queue, status, start_time, owner, epoch, wake_at, \
        next_event_id, history_bytes, start_request_id, waits, carried_tasks) \
        VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    }
    static var latest: StaticString {
        """
        SELECT run_key, run_id, workflow_id, task_queue, status, owner, epoch, next_event_id, wake_at, \
        last_message_id, cancel_requested FROM runs WHERE workflow_id = ? ORDER BY run_key DESC LIMIT 1
        """
    }
    static var byRunID: StaticString {
        """
        SELECT run_key, run_id, workflow_id, task_queue, status, owner, epoch, next_event_id, wake_at, \
        last_message_id, cancel_requested FROM runs WHERE workflow_id = ? AND run_id = ? ORDER BY run_key DESC LIMIT 1
        """
    }
    static var byRequestID: StaticString {
        """
        SELECT run_key, run_id, workflow_id, task_queue, status, owner, epoch, next_event_id, wake_at, \
        last_message_id, cancel_requested FROM runs WHERE workflow_id = ? AND start_request_id = ? \
        ORDER BY run_key DESC LIMIT 1
        """
    }
    static var byKey: StaticString {
        """
        SELECT run_key, run_id, workflow_id, task_queue, status, owner, epoch, next_event_id, wake_at, \
        last_message_id, cancel_requested FROM runs WHERE run_key = ?
        """
    }
    static var advance: StaticString {
        """
        UPDATE runs SET next_event_id = ?, history_bytes = history_bytes + ?, wake_at = ?, waits = ?, \
        carried_tasks = ?, blocked = NULL WHERE run_key = ?
        """
    }
    static var belongings: StaticString {
        """
        SELECT EXISTS (SELECT 1 FROM tasks WHERE run_key = ?1), EXISTS (SELECT 1 FROM timers WHERE run_key = ?1), \
        EXISTS (SELECT 1 FROM inbox WHERE run_key = ?1)
        """
    }
    static var release: StaticString { "UPDATE runs SET owner = 0, wake_at = ?, blocked = ? WHERE run_key = ?" }
    static var close: StaticString {
        """
        UPDATE runs SET next_event_id = ?, history_bytes = history_bytes + ?, status = ?, close_time = ?, owner = 0, \
        epoch = ?, wake_at = 9223372036854775807, waits = NULL, carried_tasks = NULL, blocked = NULL WHERE run_key = ?
        """
    }
    static var message: StaticString {
        "UPDATE runs SET last_message_id = last_message_id + 1, wake_at = MIN(wake_at, ?) WHERE run_key = ?"
    }
    static var ownership: StaticString {
        "SELECT status, owner, epoch, next_event_id, task_queue, carried_tasks FROM runs WHERE run_key = ?"
    }
    static var wake: StaticString { "UPDATE runs SET wake_at = ? WHERE run_key = ?" }
    static var cancelRequested: StaticString { "UPDATE runs SET cancel_requested = 1 WHERE run_key = ?" }
    static var toClaim: StaticString {
        """
        SELECT run_key, run_id, workflow_id, workflow_type, wake_at, epoch, next_event_id FROM runs \
        WHERE status = 1 AND owner = 0 AND task_queue = ? AND wake_at <= ? ORDER BY wake_at, run_key
        """
    }
    static var toClaimByKey: StaticString {
        """
        SELECT workflow_type, epoch FROM runs \
        WHERE run_key = ? AND status = 1 AND owner = 0 AND blocked IS NULL AND task_queue = ?
        """
    }
    static var claim: StaticString { "UPDATE runs SET owner = ?, epoch = ? WHERE run_key = ?" }
    static var nextWake: StaticString {
        """
        SELECT workflow_type, wake_at FROM runs \
        WHERE status = 1 AND owner = 0 AND task_queue = ? AND wake_at < 9223372036854775807 ORDER BY wake_at
        """
    }
    /// An owned run's time is that of its timers: messages of its owner's do not lower it.
    static var free: StaticString {
        """
        UPDATE runs SET owner = 0, carried_tasks = NULL, wake_at = MIN(wake_at, COALESCE( \
        (SELECT MIN(time) FROM inbox WHERE inbox.run_key = runs.run_key), 9223372036854775807)) \
        WHERE status = 1 AND owner = ? RETURNING run_key, task_queue, wake_at, workflow_type
        """
    }
    static var blockedOnes: StaticString {
        """
        SELECT run_key, task_queue, wake_at, workflow_type FROM runs INDEXED BY runs_blocked \
        WHERE blocked IS NOT NULL AND status = 1 AND owner = 0 ORDER BY run_key
        """
    }
}

/// The columns of a run that decide what may be done with it.
struct RunHead {
    var reference: RunReference
    var taskQueue: TaskQueue
    var status: RunStatus
    var owner: WorkerKey
    var epoch: Int64
    var nextEventID: EventID
    var wakeAt: Timestamp
    var lastMessageID: Int64
    var cancelRequested: Bool

    init(_ row: RawStatement) {
        reference = RunReference(
            key: RunKey(row.integer(0)),
            workflowID: WorkflowID(row.text(2)),
            runID: RunID(row.text(1))
        )
        taskQueue = TaskQueue(row.text(3))
        status = RunStatus(rawValue: Int(row.integer(4))) ?? .running
        owner = WorkerKey(row.integer(5))
        epoch = row.integer(6)
        nextEventID = row.integer(7)
        wakeAt = Timestamp(milliseconds: row.integer(8))
        lastMessageID = row.integer(9)
        cancelRequested = row.bool(10)
    }
}

extension StoreUnit {
    func head(_ target: RunTarget) throws -> RunHead? {
        var query = try prepare(target.runID == nil ? RunSQL.latest : RunSQL.byRunID)
        query.bind(target.workflowID.rawValue)
        if let runID = target.runID { query.bind(runID.rawValue) }
        return try head(query)
    }

    func head(_ run: RunKey) throws -> RunHead? {
        var query = try prepare(RunSQL.byKey)
        query.bind(run.rawValue)
        return try head(query)
    }

    /// The run a start with this request id has made.
    func head(startedBy requestID: String, of workflowID: WorkflowID) throws -> RunHead? {
        guard !requestID.isEmpty else { return nil }
        var query = try prepare(RunSQL.byRequestID)
        query.bind(workflowID.rawValue)
        query.bind(requestID)
        return try head(query)
    }

    private func head(_ query: RawStatement) throws -> RunHead? {
        defer { query.reset() }
        return try query.step() ? RunHead(query) : nil
    }

    func setWakeTime(_ time: Timestamp, of run: RunKey) throws {
        var update = try prepare(RunSQL.wake)
        update.bind(time.milliseconds)
        update.bind(run.rawValue)
        try update.run()
    }
}
