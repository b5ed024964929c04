import WorkflowCore

/// Reading runs for operators.
///
/// Lists are newest first, which is the order of the key. A list by status or type is merged from one short index range
/// per status and type, so it costs the same however many runs there are.
enum RunListSQL {
    static var one: StaticString {
        """
        SELECT run_key, run_id, workflow_id, workflow_type, task_queue, status, start_time, close_time, next_event_id, \
        history_bytes, owner, epoch, wake_at, cancel_requested, blocked, waits, \
        (SELECT COUNT(*) FROM inbox WHERE inbox.run_key = runs.run_key) FROM runs WHERE run_key = ?
        """
    }
    static var newest: StaticString { "SELECT run_key FROM runs WHERE run_key < ? ORDER BY run_key DESC LIMIT ?" }
    static var ofStatusAndType: StaticString {
        """
        SELECT run_key FROM runs WHERE status = ? AND workflow_type = ? AND run_key < ? \
        ORDER BY run_key DESC LIMIT ?
        """
    }
    static var firstType: StaticString { "SELECT MIN(workflow_type) FROM runs WHERE status = ?" }
    static var nextType: StaticString { "SELECT MIN(workflow_type) FROM runs WHERE status = ? AND workflow_type > ?" }
    static var ofPrefix: StaticString {
        """
        SELECT run_key, status, workflow_type, blocked IS NOT NULL FROM runs INDEXED BY runs_by_workflow_id \
        WHERE workflow_id >= ? AND workflow_id < ? AND run_key < ? ORDER BY run_key DESC
        """
    }
    static var blocked: StaticString {
        """
        SELECT run_key, status, workflow_type, 1 FROM runs WHERE blocked IS NOT NULL AND run_key < ? \
        ORDER BY run_key DESC
        """
    }
    static var countOfStatus: StaticString { "SELECT COUNT(*) FROM runs WHERE status = ?" }
    static var countOfStatusAndType: StaticString {
        "SELECT COUNT(*) FROM runs WHERE status = ? AND workflow_type = ?"
    }
}

extension StoreUnit {
    func run(_ run: RunKey) throws -> RunRecord? {
        var query = try prepare(RunListSQL.one)
        query.bind(run.rawValue)
        defer { query.reset() }
        guard try query.step() else { return nil }
        do { return try RunRecord(query) } catch {
            throw StoreError.rowNotValid("run", run.description, error.description)
        }
    }

    func runs(_ filter: RunFilter) throws -> [RunRecord] {
        try runKeys(filter).prefix(max(0, filter.limit)).compactMap { try run(RunKey($0)) }
    }

    func countRuns(_ filter: RunFilter) throws -> [RunStatus: Int] {
        if let matches = try matches(filter, before: .max) {
            var counts: [RunStatus: Int] = [:]
            try matches.forEach { _, status in counts[status, default: 0] += 1 }
            return counts
        }
        var counts: [RunStatus: Int] = [:]
        for status in filter.effectiveStatuses {
            var query = try prepare(
                filter.workflowType == nil ? RunListSQL.countOfStatus : RunListSQL.countOfStatusAndType
            )
            query.bind(status.rawValue)
            if let type = filter.workflowType { query.bind(type) }
            defer { query.reset() }
            if try query.step(), query.integer(0) > 0 { counts[status] = Int(query.integer(0)) }
        }
        return counts
    }

    private func runKeys(_ filter: RunFilter) throws -> [Int64] {
        let before = filter.before?.rawValue ?? .max
        if let matches = try matches(filter, before: before) {
            var keys: [Int64] = []
            try matches.forEach(limit: filter.limit) { key, _ in keys.append(key) }
            return keys
        }
        if filter.statuses.isEmpty, filter.workflowType == nil {
            var query = try prepare(RunListSQL.newest)
            query.bind(before)
            query.bind(max(0, filter.limit))
            return try query.integers()
        }
        var keys: [Int64] = []
        for status in filter.effectiveStatuses {
            for type in try filter.workflowType.map({ [$0] }) ?? types(with: status) {
                var query = try prepare(RunListSQL.ofStatusAndType)
                query.bind(status.rawValue)
                query.bind(type)
                query.bind(before)
                query.bind(max(0, filter.limit))
                keys += try query.integers()
            }
        }
        return keys.sorted(by: >)
    }

    /// The types that runs of a status have, by one index lookup each.
    private func types(with status: RunStatus) throws -> [String] {
        var types: [String] = []
        while true {
            var query = try prepare(types.isEmpty ? RunListSQL.firstType : RunListSQL.nextType)
            query.bind(status.rawValue)
            if let last = types.last { query.bind(last) }
            defer { query.reset() }
            guard try query.step(), !query.isNull(0) else { return types }
            types.append(query.text(0))
        }
    }

    /// Rows of a filter that names blocked runs or a prefix; `nil` for other filters.
    private func matches(_ filter: RunFilter, before: Int64) throws -> FilteredRuns? {
        var query: RawStatement
        if let prefix = filter.workflowIDPrefix, !prefix.isEmpty {
            query = try prepare(RunListSQL.ofPrefix)
            query.bind(prefix)
            query.bind(prefix + "\u{10FFFF}\u{10FFFF}")
        } else if filter.blockedOnly {
            query = try prepare(RunListSQL.blocked)
        } else {
            return nil
        }
        query.bind(before)
        return FilteredRuns(query: query, filter: filter)
    }
}

/// Rows that still have to be compared with a filter.
private struct FilteredRuns {
    let query: RawStatement
    let filter: RunFilter

    func forEach(limit: Int = .max, _ visit: (Int64, RunStatus) -> Void) throws {
        defer { query.reset() }
        let statuses = Set(filter.effectiveStatuses)
        var found = 0
        while found < limit, try query.step() {
            guard let status = RunStatus(rawValue: Int(query.integer(1))), statuses.contains(status),
                filter.workflowType == nil || filter.workflowType == query.text(2),
                !filter.blockedOnly || query.bool(3)
            else { continue }
            found += 1
            visit(query.integer(0), status)
        }
    }
}

extension RunFilter {
    fileprivate var effectiveStatuses: [RunStatus] {
        statuses.isEmpty ? RunStatus.allCases : RunStatus.allCases.filter(statuses.contains)
    }
}

extension RawStatement {
    /// The first column of every row.
    func integers() throws -> [Int64] {
        defer { reset() }
        var values: [Int64] = []
        while try step() { values.append(integer(0)) }
        return values
    }
}

extension RunRecord {
    fileprivate init(_ row: RawStatement) throws(DecodingFailure) {
        guard let status = RunStatus(rawValue: Int(row.integer(5))) else {
            throw DecodingFailure("status \(row.integer(5)) is not known to this version")
        }
        self.init(
            reference: RunReference(
                key: RunKey(row.integer(0)),
                workflowID: WorkflowID(row.text(2)),
                runID: RunID(row.text(1))
            ),
            workflowType: row.text(3),
            taskQueue: TaskQueue(row.text(4)),
            status: status,
            startTime: Timestamp(milliseconds: row.integer(6)),
            closeTime: row.optionalInteger(7).map(Timestamp.init(milliseconds:)),
            nextEventID: row.integer(8),
            historyBytes: Int(row.integer(9)),
            owner: WorkerKey(row.integer(10)),
            epoch: row.integer(11),
            wakeAt: Timestamp(milliseconds: row.integer(12)),
            cancelRequested: row.bool(13),
            blocked: try RowCoding.blockedReason(row.blob(14)),
            waits: try RowCoding.waits(row.blob(15)),
            inboxCount: Int(row.integer(16))
        )
    }
}
