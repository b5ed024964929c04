import Testing
import WorkflowEngine
import WorkflowStore

/// Remembers histories and checks that they only grow: what was once readable stays, byte for byte.
struct HistoryMemory {
    private struct Entry {
        var run: RunReference
        var batches: [HistoryBatch]
        var isClosed: Bool
    }
    private let store: any WorkflowStore
    private var entries: [RunKey: Entry] = [:]
    private(set) var comparisons = 0

    init(_ store: any WorkflowStore) { self.store = store }

    /// Compares every run that was open at the last call, then remembers all open ones.
    ///
    /// - Returns: how many runs are open.
    mutating func check() async throws -> Int {
        let open = try await store.runs(RunFilter(statuses: [.running], limit: 10_000))
        let openKeys = Set(open.map(\.reference.key))
        for key in entries.keys where entries[key]?.isClosed == false {
            try await compare(key, isClosed: !openKeys.contains(key))
        }
        for run in open where entries[run.reference.key] == nil {
            let batches = try await store.history(of: run.reference.key, from: 1)
            entries[run.reference.key] = Entry(run: run.reference, batches: batches, isClosed: false)
        }
        return open.count
    }

    /// Compares every run that was ever remembered, those that closed long ago too.
    mutating func checkAll() async throws {
        for key in entries.keys { try await compare(key, isClosed: true) }
    }

    private mutating func compare(_ key: RunKey, isClosed: Bool) async throws {
        guard let entry = entries[key] else { return }
        let now = try await store.history(of: key, from: 1)
        comparisons += 1
        if !now.starts(with: entry.batches) {
            Issue.record(
                "\(entry.run.workflowID): what was readable before a kill is no prefix of its history after it"
            )
        }
        if entry.isClosed { #expect(now.count == entry.batches.count, "\(entry.run.workflowID) grew after its end") }
        entries[key] = Entry(run: entry.run, batches: now, isClosed: isClosed)
    }
}
