import WorkflowCore

/// The started tasks in their run's own row; see ``NewTask/isCarried(by:queue:)``.
///
/// An activity that its run's worker runs at once costs no row of its own that way: its start and its end are part of
/// two updates of the run that happen anyhow.
struct CarriedTasks {
    struct Task {
        var scheduledEventID: EventID
        var scheduledTime: Timestamp
        var activityType: String
        /// The scheduling event, decoded only when a row is made of the task.
        var scheduled: [UInt8]
    }

    private(set) var tasks: [Task] = []

    static let none = CarriedTasks()

    private init() {}

    init(_ bytes: [UInt8]) throws(DecodingFailure) {
        try ProtobufReader.fields(of: bytes) { (_, entry) throws(DecodingFailure) in
            var task = Task(scheduledEventID: 0, scheduledTime: .distantPast, activityType: "", scheduled: [])
            try entry.fields { field, value in
                switch field {
                case 1: task.scheduledEventID = value.integer
                case 2: task.scheduledTime = Timestamp(milliseconds: value.integer)
                case 3: task.activityType = value.string
                case 4: task.scheduled = value.data
                default: break
                }
            }
            tasks.append(task)
        }
    }

    var bytes: [UInt8]? {
        guard !tasks.isEmpty else { return nil }
        var writer = ProtobufWriter(reserving: tasks.count * 192)
        for task in tasks {
            writer.message(1) { entry in
                entry.varint(1, task.scheduledEventID)
                entry.varint(2, task.scheduledTime.milliseconds)
                entry.string(3, task.activityType)
                entry.bytes(4, task.scheduled)
            }
        }
        return writer.bytes
    }

    func contains(_ event: EventID) -> Bool { tasks.contains { $0.scheduledEventID == event } }

    mutating func append(_ task: NewTask) {
        tasks.append(
            Task(
                scheduledEventID: task.scheduledEventID,
                scheduledTime: task.scheduledTime,
                activityType: task.scheduled.activityType,
                scheduled: RowCoding.bytes(.activityTaskScheduled(task.scheduled))
            )
        )
    }

    mutating func remove(_ event: EventID) -> Task? {
        tasks.firstIndex { $0.scheduledEventID == event }.map { tasks.remove(at: $0) }
    }
}

extension CarriedTasks.Task {
    /// The task as if it had a row.
    func record(of run: RunReference, worker: WorkerKey) throws(DecodingFailure) -> TaskRecord {
        let scheduled = try RowCoding.scheduled(scheduled)
        let task = NewTask(
            scheduledEventID: scheduledEventID,
            scheduled: scheduled,
            scheduledTime: scheduledTime,
            startedBy: worker
        )
        var record = TaskRecord(task, of: run)
        record.isCarried = true
        return record
    }
}

extension RunSQL {
    static var carried: StaticString {
        """
        SELECT run_key, run_id, workflow_id, owner, carried_tasks FROM runs \
        WHERE run_key = ? AND carried_tasks IS NOT NULL
        """
    }
    static var carriedFor: StaticString {
        """
        SELECT run_key, run_id, workflow_id, owner, carried_tasks FROM runs \
        WHERE status = 1 AND owner = ? AND carried_tasks IS NOT NULL ORDER BY run_key
        """
    }
    static var carriedInQueue: StaticString {
        """
        SELECT run_key, carried_tasks FROM runs INDEXED BY runs_by_status \
        WHERE status = 1 AND task_queue = ? AND carried_tasks IS NOT NULL
        """
    }
    static var putDown: StaticString { "UPDATE runs SET carried_tasks = NULL WHERE run_key = ?" }
}

extension StoreUnit {
    /// What the run carries, as records.
    func carriedTasks(of run: RunKey) throws -> [TaskRecord] {
        var query = try prepare(RunSQL.carried)
        query.bind(run.rawValue)
        defer { query.reset() }
        return try query.step() ? try carriedTasks(query) : []
    }

    /// What the runs that a worker owns carry.
    func carriedTasks(ofRunsOf worker: WorkerKey) throws -> [TaskRow] {
        let identity = try identity(of: worker)
        var query = try prepare(RunSQL.carriedFor)
        query.bind(worker.rawValue)
        defer { query.reset() }
        var rows: [TaskRow] = []
        while try query.step() { rows += try carriedTasks(query).map { TaskRow(carried: $0, by: identity) } }
        return rows
    }

    private func carriedTasks(_ row: RawStatement) throws -> [TaskRecord] {
        let run = RunKey(row.integer(0))
        let reference = RunReference(key: run, workflowID: WorkflowID(row.text(2)), runID: RunID(row.text(1)))
        let worker = WorkerKey(row.integer(3))
        return try Self.readingCarried(of: run) { () throws(DecodingFailure) in
            var records: [TaskRecord] = []
            for task in try CarriedTasks(row.blob(4) ?? []).tasks {
                records.append(try task.record(of: reference, worker: worker))
            }
            return records
        }
    }

    /// How many tasks the open runs of a queue carry.
    func countCarriedTasks(in queue: TaskQueue) throws -> Int {
        var query = try prepare(RunSQL.carriedInQueue)
        query.bind(queue.rawValue)
        defer { query.reset() }
        var count = 0
        while try query.step() {
            let run = RunKey(query.integer(0))
            count += try Self.readingCarried(of: run) { () throws(DecodingFailure) in
                try CarriedTasks(query.blob(1) ?? []).tasks.count
            }
        }
        return count
    }

    /// Gives the tasks that a run carries rows of their own: from now on others may deal with them.
    mutating func putDownTasks(of run: RunKey) throws {
        let tasks = try carriedTasks(of: run)
        guard !tasks.isEmpty else { return }
        for task in tasks { try insertTask(NewTask(started: task), of: run) }
        var update = try prepare(RunSQL.putDown)
        update.bind(run.rawValue)
        try update.run()
    }

    static func readingCarried<Value>(
        of run: RunKey,
        _ body: () throws(DecodingFailure) -> Value
    ) throws -> Value {
        do { return try body() } catch {
            throw StoreError.rowNotValid("run", run.description, error.description)
        }
    }
}

extension NewTask {
    init(started task: TaskRecord) {
        self.init(
            scheduledEventID: task.scheduledEventID,
            scheduled: task.scheduled,
            scheduledTime: task.scheduledTime,
            startedBy: task.worker
        )
    }
}
