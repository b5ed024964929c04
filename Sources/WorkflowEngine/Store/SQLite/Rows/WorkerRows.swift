import WorkflowCore

/// Worker processes that have registered and were not removed.
enum WorkerSQL {
    static var insert: StaticString {
        """
        INSERT INTO workers (identity, process_id, build_id, registered_at, workflow_types, activity_types, queues) \
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING worker_key
        """
    }
    static var delete: StaticString { "DELETE FROM workers WHERE worker_key = ?" }
    static var all: StaticString {
        """
        SELECT worker_key, identity, process_id, build_id, registered_at, workflow_types, activity_types, queues \
        FROM workers ORDER BY worker_key
        """
    }
    static var find: StaticString { "SELECT 1 FROM workers WHERE worker_key = ?" }
    static var identity: StaticString { "SELECT identity FROM workers WHERE worker_key = ?" }
    static var activityTypes: StaticString { "SELECT activity_types FROM workers WHERE worker_key = ?" }
}

extension StoreUnit {
    func insertWorker(_ registration: WorkerRegistration) throws -> WorkerKey {
        var insert = try prepare(WorkerSQL.insert)
        insert.bind(registration.identity)
        insert.bind(registration.processID)
        insert.bind(registration.buildID)
        insert.bind(registration.now.milliseconds)
        insert.bind(RowCoding.bytes(registration.workflowTypes))
        insert.bind(RowCoding.bytes(registration.activityTypes))
        insert.bind(RowCoding.bytes(registration.queues.map(\.rawValue)))
        return WorkerKey(try insert.integers().first ?? 0)
    }

    /// Every registered worker; `isAlive` is for the caller to find out.
    func workers() throws -> [WorkerRecord] {
        let query = try prepare(WorkerSQL.all)
        defer { query.reset() }
        var workers: [WorkerRecord] = []
        while try query.step() {
            let key = WorkerKey(query.integer(0))
            do {
                let registration = try WorkerRegistration(query)
                workers.append(WorkerRecord(key: key, registration: registration, isAlive: false))
            } catch {
                throw StoreError.rowNotValid("worker", key.description, error.description)
            }
        }
        return workers
    }

    func isRegistered(_ worker: WorkerKey) throws -> Bool {
        var query = try prepare(WorkerSQL.find)
        query.bind(worker.rawValue)
        return try !query.integers().isEmpty
    }

    /// Empty of one that is not registered.
    func identity(of worker: WorkerKey) throws -> String {
        var query = try prepare(WorkerSQL.identity)
        query.bind(worker.rawValue)
        defer { query.reset() }
        return try query.step() ? query.text(0) : ""
    }

    func activityTypes(of worker: WorkerKey) throws -> [String] {
        var query = try prepare(WorkerSQL.activityTypes)
        query.bind(worker.rawValue)
        defer { query.reset() }
        guard try query.step() else { return [] }
        do { return try RowCoding.texts(query.blob(0) ?? []) } catch {
            throw StoreError.rowNotValid("worker", worker.description, error.description)
        }
    }
}

extension WorkerRegistration {
    fileprivate init(_ row: RawStatement) throws(DecodingFailure) {
        self.init(
            identity: row.text(1),
            processID: Int(row.integer(2)),
            buildID: row.text(3),
            workflowTypes: try RowCoding.texts(row.blob(5) ?? []),
            activityTypes: try RowCoding.texts(row.blob(6) ?? []),
            queues: try RowCoding.texts(row.blob(7) ?? []).map { TaskQueue($0) },
            now: Timestamp(milliseconds: row.integer(4))
        )
    }
}
