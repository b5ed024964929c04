import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Moves the track to `PUBLISHED` or `BLOCKED` in the administrator's name; the artist is notified in the same transaction.
public struct ApplyReviewActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = ApplyReview
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``ApplyReviewActivity``.
    public func execute(
        _ input: ApplyReview.Input,
        in database: Database,
        context: ActivityContext
    ) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        let administrator = UserID(rawValue: input.decision.administrator)
        try changingCatalog {
            try Catalog.moveTrack(
                track,
                to: input.decision.approved ? .published : .blocked,
                reason: input.decision.reason,
                by: .user(administrator),
                at: now(),
                in: database
            )
        }
        return Nothing()
    }
}
