import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Moves the track to `FAILED` with a sentence for the artist; a track that has failed already stays as it is.
public struct FailTrackActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = FailTrack
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``FailTrackActivity``.
    public func execute(_ input: FailTrack.Input, in database: Database, context: ActivityContext) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        try changingCatalog {
            try Catalog.moveTrack(
                track,
                to: .failed,
                reason: input.reason,
                by: .publishing,
                at: now(),
                in: database
            )
        }
        return Nothing()
    }
}
