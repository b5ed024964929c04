import WorkflowCore

/// Activities without an outcome.
enum TaskSQL {
    static var insert: StaticString {
        """
        INSERT INTO tasks (run_key, scheduled_event_id, task_queue, activity_type, state, attempt, scheduled_time, \
        visible_at, started_at, worker, identity, deadline, deadline_type, scheduled, last_failure) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
        COALESCE((SELECT identity FROM workers WHERE worker_key = ?10), ''), ?11, ?12, ?13, ?14)
        """
    }
    static var state: StaticString {
        "SELECT state, attempt, worker, cancel_requested FROM tasks WHERE run_key = ? AND scheduled_event_id = ?"
    }
    static var one: StaticString {
        """
        SELECT tasks.run_key, scheduled_event_id, run_id, workflow_id, state, attempt, scheduled_time, visible_at, \
        started_at, worker, deadline, deadline_type, last_heartbeat, tasks.cancel_requested, scheduled, \
        heartbeat_details, last_failure, identity, activity_type \
        FROM tasks JOIN runs ON runs.run_key = tasks.run_key \
        WHERE tasks.run_key = ? AND scheduled_event_id = ?
        """
    }
    static var ofRun: StaticString {
        """
        SELECT tasks.run_key, scheduled_event_id, run_id, workflow_id, state, attempt, scheduled_time, visible_at, \
        started_at, worker, deadline, deadline_type, last_heartbeat, tasks.cancel_requested, scheduled, \
        heartbeat_details, last_failure, identity, activity_type \
        FROM tasks JOIN runs ON runs.run_key = tasks.run_key \
        WHERE tasks.run_key = ? ORDER BY scheduled_event_id
        """
    }
    static var visible: StaticString {
        """
        SELECT run_key, scheduled_event_id, activity_type FROM tasks \
        WHERE state = 0 AND task_queue = ? AND visible_at <= ? AND deadline > ? \
        ORDER BY visible_at, run_key, scheduled_event_id
        """
    }
    static var overdue: StaticString {
        """
        SELECT run_key, scheduled_event_id FROM tasks \
        WHERE deadline <= ? AND deadline < 9223372036854775807 ORDER BY deadline, run_key, scheduled_event_id LIMIT ?
        """
    }
    static var startedBy: StaticString {
        "SELECT run_key, scheduled_event_id FROM tasks WHERE state = 1 AND worker = ? ORDER BY 1, 2"
    }
    static var startedOf: StaticString {
        "SELECT scheduled_event_id FROM tasks WHERE run_key = ? AND state = 1 ORDER BY scheduled_event_id"
    }
    static var start: StaticString {
        """
        UPDATE tasks SET state = 1, started_at = ?6, worker = ?3, deadline = ?4, deadline_type = ?5, \
        identity = COALESCE((SELECT identity FROM workers WHERE worker_key = ?3), ''), last_heartbeat = NULL \
        WHERE run_key = ?1 AND scheduled_event_id = ?2
        """
    }
    static var delete: StaticString { "DELETE FROM tasks WHERE run_key = ? AND scheduled_event_id = ?" }
    static var deleteAll: StaticString { "DELETE FROM tasks WHERE run_key = ?" }
    static var anyOf: StaticString { "SELECT 1 FROM tasks WHERE run_key = ? LIMIT 1" }
    static var requestCancel: StaticString {
        "UPDATE tasks SET cancel_requested = 1 WHERE run_key = ? AND scheduled_event_id = ?"
    }
    static var retry: StaticString {
        """
        UPDATE tasks SET state = 0, attempt = attempt + 1, visible_at = ?, started_at = NULL, worker = 0, \
        identity = '', deadline = ?, deadline_type = ?, last_heartbeat = NULL, last_failure = ? \
        WHERE run_key = ? AND scheduled_event_id = ?
        """
    }
    static var heartbeat: StaticString {
        """
        UPDATE tasks SET last_heartbeat = ?, heartbeat_details = COALESCE(?, heartbeat_details), deadline = ?, \
        deadline_type = ? WHERE run_key = ? AND scheduled_event_id = ?
        """
    }
    static var nextVisible: StaticString {
        """
        SELECT activity_type, visible_at FROM tasks WHERE state = 0 AND task_queue = ? ORDER BY visible_at
        """
    }
    static var nextDeadline: StaticString {
        "SELECT MIN(deadline) FROM tasks WHERE deadline < 9223372036854775807"
    }
    static var countWaiting: StaticString { "SELECT COUNT(*) FROM tasks WHERE state = 0 AND task_queue = ?" }
    static var countStarted: StaticString {
        "SELECT COUNT(*) FROM tasks INDEXED BY tasks_started WHERE state = 1 AND task_queue = ?"
    }
}

/// A task by its key.
struct TaskKey: Hashable, Comparable {
    var run: RunKey
    var scheduledEventID: EventID

    static func < (left: TaskKey, right: TaskKey) -> Bool {
        (left.run, left.scheduledEventID) < (right.run, right.scheduledEventID)
    }
}

/// What becomes of a task whose attempt has ended with another to come.
struct NextAttempt {
    var visibleAt: Timestamp
    var failure: Failure
}

/// A task and the identity of the worker that has it.
struct TaskRow {
    var record: TaskRecord
    var identity: String

    var key: TaskKey { TaskKey(run: record.run.key, scheduledEventID: record.scheduledEventID) }

    init(_ row: RawStatement) throws {
        let key = "\(row.integer(0))/\(row.integer(1))"
        do throws(DecodingFailure) {
            guard let state = TaskState(rawValue: Int(row.integer(4))) else {
                throw DecodingFailure("state \(row.integer(4)) is not known to this version")
            }
            record = TaskRecord(
                run: RunReference(
                    key: RunKey(row.integer(0)),
                    workflowID: WorkflowID(row.text(3)),
                    runID: RunID(row.text(2))
                ),
                scheduledEventID: row.integer(1),
                scheduled: try RowCoding.scheduled(row.blob(14) ?? []),
                scheduledTime: Timestamp(milliseconds: row.integer(6)),
                state: state,
                attempt: Int(row.integer(5)),
                visibleAt: Timestamp(milliseconds: row.integer(7)),
                startedAt: row.optionalInteger(8).map(Timestamp.init(milliseconds:)),
                worker: WorkerKey(row.integer(9)),
                deadline: Timestamp(milliseconds: row.integer(10)),
                deadlineType: row.optionalInteger(11).flatMap { TimeoutType(rawValue: Int($0)) },
                lastHeartbeat: row.optionalInteger(12).map(Timestamp.init(milliseconds:)),
                heartbeatDetails: try RowCoding.payload(row.blob(15)),
                lastFailure: try RowCoding.failure(row.blob(16)),
                cancelRequested: row.bool(13)
            )
        } catch {
            throw StoreError.rowNotValid("task", key, error.description)
        }
        identity = row.text(17)
    }

    init(carried record: TaskRecord, by identity: String) {
        self.record = record
        self.identity = identity
    }
}

extension StoreUnit {
    func task(_ key: TaskKey) throws -> TaskRow? {
        var query = try prepare(TaskSQL.one)
        query.bind(key)
        defer { query.reset() }
        return try query.step() ? try TaskRow(query) : nil
    }

    /// The task whether it has a row or its run carries it.
    func taskRecord(_ key: TaskKey) throws -> TaskRecord? {
        if let row = try task(key) { return row.record }
        return try carriedTasks(of: key.run).first { $0.scheduledEventID == key.scheduledEventID }
    }

    /// All tasks of a run, carried ones included, in order of their events.
    func tasks(of run: RunKey) throws -> [TaskRecord] {
        var query = try prepare(TaskSQL.ofRun)
        query.bind(run.rawValue)
        defer { query.reset() }
        var records: [TaskRecord] = []
        while try query.step() { records.append(try TaskRow(query).record) }
        let carried = try carriedTasks(of: run)
        return carried.isEmpty ? records : (records + carried).sorted { $0.scheduledEventID < $1.scheduledEventID }
    }

    func deleteTask(_ key: TaskKey) throws {
        var delete = try prepare(TaskSQL.delete)
        delete.bind(key)
        try delete.run()
    }

    func overdueTasks(at now: Timestamp, limit: Int) throws -> [TaskRecord] {
        var query = try prepare(TaskSQL.overdue)
        query.bind(now.milliseconds)
        query.bind(limit)
        return try query.taskKeys().compactMap { try task($0)?.record }
    }

    func countTasks(in queue: TaskQueue) throws -> TaskCounts {
        var waiting = try prepare(TaskSQL.countWaiting)
        waiting.bind(queue.rawValue)
        var started = try prepare(TaskSQL.countStarted)
        started.bind(queue.rawValue)
        return TaskCounts(
            waiting: Int(try waiting.integers().first ?? 0),
            started: Int(try started.integers().first ?? 0) + (try countCarriedTasks(in: queue))
        )
    }
}

extension RawStatement {
    mutating func bind(_ key: TaskKey) {
        bind(key.run.rawValue)
        bind(key.scheduledEventID)
    }

    mutating func bind(_ deadline: TaskDeadline) {
        bind(deadline.time.milliseconds)
        bind(deadline.type.map { Int64($0.rawValue) })
    }

    /// The first two columns of every row.
    func taskKeys() throws -> [TaskKey] {
        defer { reset() }
        var keys: [TaskKey] = []
        while try step() { keys.append(TaskKey(run: RunKey(integer(0)), scheduledEventID: integer(1))) }
        return keys
    }
}
