import WorkflowCore

/// Timers that are armed.
enum TimerSQL {
    static var insert: StaticString { "INSERT INTO timers (run_key, started_event_id, fire_time) VALUES (?, ?, ?)" }
    static var delete: StaticString { "DELETE FROM timers WHERE run_key = ? AND started_event_id = ?" }
    static var deleteAll: StaticString { "DELETE FROM timers WHERE run_key = ?" }
    static var ofRun: StaticString {
        "SELECT started_event_id, fire_time FROM timers WHERE run_key = ? ORDER BY started_event_id"
    }
}

extension StoreUnit {
    func insertTimer(_ timer: TimerRecord, of run: RunKey) throws {
        var insert = try prepare(TimerSQL.insert)
        insert.bind(run.rawValue)
        insert.bind(timer.startedEventID)
        insert.bind(timer.fireTime.milliseconds)
        try insert.run()
    }

    func deleteTimer(_ startedEventID: EventID, of run: RunKey) throws {
        var delete = try prepare(TimerSQL.delete)
        delete.bind(run.rawValue)
        delete.bind(startedEventID)
        try delete.run()
    }

    func timers(of run: RunKey) throws -> [TimerRecord] {
        var query = try prepare(TimerSQL.ofRun)
        query.bind(run.rawValue)
        defer { query.reset() }
        var timers: [TimerRecord] = []
        while try query.step() {
            let fireTime = Timestamp(milliseconds: query.integer(1))
            timers.append(TimerRecord(startedEventID: query.integer(0), fireTime: fireTime))
        }
        return timers
    }
}
