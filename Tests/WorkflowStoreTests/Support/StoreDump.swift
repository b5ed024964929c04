import WorkflowCore

@testable import WorkflowStore

/// Everything a store can be asked for: equal dumps mean equal stores.
struct StoreDump: Equatable, Sendable {
    struct Run: Equatable, Sendable {
        var record: RunRecord
        var history: [HistoryBatch]
        var inbox: [InboxMessage]
        var tasks: [TaskRecord]
        var attempts: [AttemptRecord]
        var timers: [TimerRecord]
        var published: [String: Payload]
    }

    /// Newest first.
    var runs: [Run] = []
    var workers: [String] = []

    /// Asks through the seam.
    init(_ store: any WorkflowStore) async throws {
        for record in try await store.runs(RunFilter(limit: .max)) {
            let key = record.reference.key
            runs.append(
                Run(
                    record: record,
                    history: try await store.history(of: key, from: 0),
                    inbox: try await store.inbox(of: key),
                    tasks: try await store.tasks(of: key),
                    attempts: try await store.keptAttempts(of: key),
                    timers: try await store.timers(of: key),
                    published: try await store.published(of: key)
                )
            )
        }
        workers = try await store.workers().map { "\($0)" }
    }

    /// The same in one read, for tests that dump thousands of times. Workers are left out.
    init(reading store: SQLiteWorkflowStore) async throws {
        runs = try await store.reading { unit in
            try unit.runs(RunFilter(limit: .max)).map { record in
                let key = record.reference.key
                return Run(
                    record: record,
                    history: try unit.history(of: key, from: 0),
                    inbox: try unit.inbox(of: key),
                    tasks: try unit.tasks(of: key),
                    attempts: try unit.keptAttempts(of: key),
                    timers: try unit.timers(of: key),
                    published: try unit.published(of: key)
                )
            }
        }
    }

    /// The first part in which two dumps differ, for a message a person can read; `nil` if they are equal.
    func difference(to other: StoreDump) -> String? {
        guard self != other else { return nil }
        let left = parts
        let right = other.parts
        for index in 0..<max(left.count, right.count) {
            let one = index < left.count ? left[index] : "(nothing)"
            let two = index < right.count ? right[index] : "(nothing)"
            if one != two { return "\(one)\n≠\n\(two)" }
        }
        return "the dumps differ in a part that has no text"
    }

    private var parts: [String] {
        var parts = workers
        for run in runs {
            parts.append("\(run.record)")
            parts += run.history.map { "\($0)" }
            parts += run.inbox.map { "\($0)" }
            parts += run.tasks.map { "\($0)" }
            parts += run.attempts.map { "\($0)" }
            parts += run.timers.map { "\($0)" }
            parts += run.published.sorted { $0.key < $1.key }.map { "\($0)" }
        }
        return parts
    }
}
