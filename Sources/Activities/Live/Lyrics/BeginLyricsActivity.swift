import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Opens the track's lyrics record as `PENDING`, unless a person has written the lyrics already.
public struct BeginLyricsActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = BeginLyrics
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``BeginLyricsActivity``.
    public func execute(_ input: TrackReference, in database: Database, context: ActivityContext) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        try changingCatalog { try Catalog.beginLyrics(of: track, at: now(), in: database) }
        return Nothing()
    }
}
