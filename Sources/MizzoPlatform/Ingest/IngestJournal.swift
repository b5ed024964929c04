import ActivityContracts
import Synchronization
import WorkflowEngine

/// What one attempt of ``TakeUploads`` has done. Its heartbeats tell operators, and the next attempt.
final class IngestJournal: Sendable {
    private let progress: Mutex<TakeUploads.Progress>
    private let heartbeat: @Sendable (TakeUploads.Progress) -> Void

    /// - Parameter taken: what was counted before.
    init(goingOnFrom taken: TakeUploads.Counts, heartbeat: @escaping @Sendable (TakeUploads.Progress) -> Void) {
        progress = Mutex(TakeUploads.Progress(taken: taken))
        self.heartbeat = heartbeat
    }

    var taken: TakeUploads.Counts { progress.withLock { $0.taken } }

    func beat() { heartbeat(progress.withLock { $0 }) }

    /// Beats until the task is cancelled.
    func beat(every interval: Duration) async throws {
        while true {
            try await Task.sleep(for: interval)
            beat()
        }
    }

    /// A look begins. The first is told at once: heartbeats are written seldom, and before it there is nothing to say.
    func looks(at time: Timestamp, freeCapacity: Int) {
        let isFirst = progress.withLock { progress in
            defer {
                progress.lastLook = "\(time)"
                progress.freeCapacity = freeCapacity
            }
            return progress.lastLook == nil
        }
        if isFirst { beat() }
    }

    /// A look has succeeded.
    func add(_ counts: TakeUploads.Counts) {
        let isNews = progress.withLock { progress in
            progress.taken.add(counts)
            defer { progress.lastError = nil }
            return progress.lastError != nil || counts != TakeUploads.Counts()
        }
        if isNews { beat() }
    }

    /// A look has failed.
    func fail(_ error: any Error) {
        progress.withLock { $0.lastError = "\(error)" }
        beat()
    }
}
