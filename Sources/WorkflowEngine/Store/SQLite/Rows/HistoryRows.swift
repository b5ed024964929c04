import WorkflowCore

/// One row per transaction that appended to a run.
enum HistorySQL {
    static var insert: StaticString { "INSERT INTO history (run_key, first_event_id, events) VALUES (?, ?, ?)" }
    static var from: StaticString {
        """
        SELECT first_event_id, events FROM history WHERE run_key = ?1 AND first_event_id >= \
        COALESCE((SELECT MAX(first_event_id) FROM history WHERE run_key = ?1 AND first_event_id <= ?2), 0) \
        ORDER BY first_event_id
        """
    }
}

extension StoreUnit {
    func appendHistory(_ events: [UInt8], to run: RunKey, from firstEventID: EventID) throws {
        var insert = try prepare(HistorySQL.insert)
        insert.bind(run.rawValue)
        insert.bind(firstEventID)
        insert.bind(events)
        try insert.run()
    }

    func history(of run: RunKey, from eventID: EventID) throws -> [HistoryBatch] {
        var query = try prepare(HistorySQL.from)
        query.bind(run.rawValue)
        query.bind(eventID)
        defer { query.reset() }
        var batches: [HistoryBatch] = []
        while try query.step() {
            batches.append(HistoryBatch(firstEventID: query.integer(0), events: query.blob(1) ?? []))
        }
        return batches
    }
}
