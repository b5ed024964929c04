import ActivityContracts
import WorkflowEngine

/// Runs the ingest until its turn is over, the workflow is cancelled or the worker shuts down.
struct TakeUploadsActivity: Activity {
    typealias Contract = TakeUploads

    let ingest: UploadIngest

    /// Between two reports of an idle ingest.
    private static let heartbeatInterval = Duration.seconds(10)

    func execute(_ input: TakeUploads.Counts, context: ActivityContext) async throws -> TakeUploads.Counts {
        // Details of another version that cannot be read cost the numbers, not the uploads.
        let before = try? context.heartbeatDetails(as: TakeUploads.Progress.self)
        let journal = IngestJournal(goingOnFrom: before?.taken ?? input) { context.heartbeat($0) }
        defer { journal.beat() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ingest.follow(journal) }
            group.addTask { try await journal.beat(every: Self.heartbeatInterval) }
            group.addTask { try await Task.sleep(for: TakeUploads.turn) }
            group.addTask {
                await context.waitForWorkerShutdown()
                throw CancellationError()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        return journal.taken
    }
}
