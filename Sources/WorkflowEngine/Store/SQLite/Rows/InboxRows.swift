import WorkflowCore

/// Messages that wait for a run's owner, and the request ids of all signals a run ever accepted.
enum InboxSQL {
    static var insert: StaticString {
        "INSERT INTO inbox (run_key, message_id, time, kind, content) VALUES (?, ?, ?, ?, ?)"
    }
    static var all: StaticString {
        "SELECT message_id, time, kind, content FROM inbox WHERE run_key = ? ORDER BY message_id"
    }
    static var ofOwner: StaticString {
        "SELECT DISTINCT i.run_key FROM inbox i JOIN runs r ON r.run_key = i.run_key WHERE r.owner = ? ORDER BY 1"
    }
    static var identifiers: StaticString { "SELECT message_id FROM inbox WHERE run_key = ? ORDER BY message_id" }
    static var oldest: StaticString { "SELECT MIN(time) FROM inbox WHERE run_key = ?" }
    static var delete: StaticString { "DELETE FROM inbox WHERE run_key = ? AND message_id = ?" }
    static var deleteAll: StaticString { "DELETE FROM inbox WHERE run_key = ?" }
    static var findRequest: StaticString { "SELECT 1 FROM signal_requests WHERE run_key = ? AND request_id = ?" }
    static var insertRequest: StaticString { "INSERT INTO signal_requests (run_key, request_id) VALUES (?, ?)" }
}

extension StoreUnit {
    func insertMessage(_ content: InboxMessage.Content, id: Int64, at time: Timestamp, into run: RunKey) throws {
        let (kind, bytes) = InboxCoding.encode(content)
        var insert = try prepare(InboxSQL.insert)
        insert.bind(run.rawValue)
        insert.bind(id)
        insert.bind(time.milliseconds)
        insert.bind(kind)
        insert.bind(bytes)
        try insert.run()
    }

    func inbox(of run: RunKey) throws -> [InboxMessage] {
        var query = try prepare(InboxSQL.all)
        query.bind(run.rawValue)
        defer { query.reset() }
        var messages: [InboxMessage] = []
        while try query.step() {
            let id = query.integer(0)
            do {
                let content = try InboxCoding.decode(kind: query.integer(2), query.blob(3) ?? [])
                messages.append(
                    InboxMessage(id: id, time: Timestamp(milliseconds: query.integer(1)), content: content)
                )
            } catch {
                throw StoreError.rowNotValid("inbox message", "\(run)/\(id)", error.description)
            }
        }
        return messages
    }

    func runsWithMessages(ownedBy worker: WorkerKey) throws -> [RunKey] {
        var query = try prepare(InboxSQL.ofOwner)
        query.bind(worker.rawValue)
        return try query.integers().map { RunKey($0) }
    }

    func messageIDs(of run: RunKey) throws -> [Int64] {
        var query = try prepare(InboxSQL.identifiers)
        query.bind(run.rawValue)
        return try query.integers()
    }

    /// When the oldest waiting message arrived.
    func oldestMessageTime(of run: RunKey) throws -> Timestamp? {
        var query = try prepare(InboxSQL.oldest)
        query.bind(run.rawValue)
        defer { query.reset() }
        guard try query.step(), let time = query.optionalInteger(0) else { return nil }
        return Timestamp(milliseconds: time)
    }

    func deleteMessages(_ identifiers: [Int64], of run: RunKey) throws {
        for id in identifiers {
            var delete = try prepare(InboxSQL.delete)
            delete.bind(run.rawValue)
            delete.bind(id)
            try delete.run()
        }
    }

    func hasSignalRequest(_ requestID: String, of run: RunKey) throws -> Bool {
        guard !requestID.isEmpty else { return false }
        var query = try prepare(InboxSQL.findRequest)
        query.bind(run.rawValue)
        query.bind(requestID)
        defer { query.reset() }
        return try query.step()
    }

    func insertSignalRequest(_ requestID: String, of run: RunKey) throws {
        guard !requestID.isEmpty else { return }
        var insert = try prepare(InboxSQL.insertRequest)
        insert.bind(run.rawValue)
        insert.bind(requestID)
        try insert.run()
    }
}
