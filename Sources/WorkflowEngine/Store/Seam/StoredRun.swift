import WorkflowCore

/// What a run's code needs to go on.
package struct StoredRun: Sendable {
    /// The whole history.
    package var history: [HistoryBatch]
    /// The messages that no activation has consumed.
    package var inbox: [InboxMessage]

    package init(history: [HistoryBatch], inbox: [InboxMessage]) {
        self.history = history
        self.inbox = inbox
    }
}

extension WorkflowStore {
    package func commitHere(_ activation: PendingCommit) -> Bool { false }

    package func load(_ runs: [RunKey]) async throws -> [Result<StoredRun, any Error>] {
        var loaded: [Result<StoredRun, any Error>] = []
        for run in runs {
            do {
                let history = try await history(of: run, from: 1)
                loaded.append(.success(StoredRun(history: history, inbox: try await inbox(of: run))))
            } catch {
                loaded.append(.failure(error))
            }
        }
        return loaded
    }
}
