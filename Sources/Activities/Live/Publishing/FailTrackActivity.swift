import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Moves the track to `FAILED` with a sentence for the artist, or to `BLOCKED` when it is under review, from where it
/// cannot fail; a track that is there already stays as it is.
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
            let isUnderReview = try Catalog.track(track, in: database)?.status == .reviewing
            try Catalog.moveTrack(
                track,
                to: isUnderReview ? .blocked : .failed,
                reason: input.reason,
                by: .publishing,
                at: now(),
                in: database
            )
        }
        return Nothing()
    }
}
