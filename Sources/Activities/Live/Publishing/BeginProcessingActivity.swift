import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Moves the track to `PROCESSING`; a track that is there already stays as it is.
public struct BeginProcessingActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = BeginProcessing
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``BeginProcessingActivity``.
    public func execute(_ input: TrackReference, in database: Database, context: ActivityContext) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        try changingCatalog {
            try Catalog.moveTrack(track, to: .processing, by: .publishing, at: now(), in: database)
        }
        return Nothing()
    }
}
