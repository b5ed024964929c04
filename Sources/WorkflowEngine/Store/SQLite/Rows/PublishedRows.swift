import WorkflowCore

/// State a run has published, by name; kept after it closes.
enum PublishedSQL {
    static var upsert: StaticString {
        """
        INSERT INTO published (run_key, name, value) VALUES (?, ?, ?) \
        ON CONFLICT (run_key, name) DO UPDATE SET value = excluded.value
        """
    }
    static var ofRun: StaticString { "SELECT name, value FROM published WHERE run_key = ?" }
}

extension StoreUnit {
    func publish(_ value: Payload, as name: String, of run: RunKey) throws {
        var upsert = try prepare(PublishedSQL.upsert)
        upsert.bind(run.rawValue)
        upsert.bind(name)
        upsert.bind(RowCoding.bytes(value))
        try upsert.run()
    }

    func published(of run: RunKey) throws -> [String: Payload] {
        var query = try prepare(PublishedSQL.ofRun)
        query.bind(run.rawValue)
        defer { query.reset() }
        var values: [String: Payload] = [:]
        while try query.step() {
            let name = query.text(0)
            do { values[name] = try RowCoding.payload(query.blob(1)) } catch {
                throw StoreError.rowNotValid("published value", "\(run)/\(name)", error.description)
            }
        }
        return values
    }
}
