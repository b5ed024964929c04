import ActivityContracts
import WorkflowEngine

/// Makes a track's time-synced lyrics, with a record of its own: `PENDING`, then `COMPLETED` or `FAILED`. Never changes the
/// track's status: a track without lyrics is still published.
public struct SyncLyrics: Workflow {
    /// The name under which it is recorded.
    public static let name = "SyncLyrics"

    /// One workflow per track.
    public static func id(trackID: String) -> WorkflowID { WorkflowID("sync-lyrics/\(trackID)") }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: TrackReference) async throws -> Nothing {
        try await workflow.execute(BeginLyrics.self, input)
        do {
            let lyrics = try await workflow.execute(SynchronizeLyrics.self, input)
            try await workflow.execute(
                StoreLyrics.self,
                .init(trackID: input.trackID, lyrics: lyrics, failure: nil)
            )
        } catch let failure as Failure {
            try await workflow.execute(
                StoreLyrics.self,
                .init(trackID: input.trackID, lyrics: nil, failure: failure.rootCause.message)
            )
        }
        return Nothing()
    }
}
