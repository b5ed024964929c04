import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Voids the ticket, unless a track was registered with it.
public struct AbandonUploadActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = AbandonUpload
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``AbandonUploadActivity``.
    public func execute(
        _ input: TrackReference,
        in database: Database,
        context: ActivityContext
    ) throws -> AbandonUpload.Output {
        let track = try TrackID(checking: input.trackID)
        let isAbandoned = try Catalog.abandonUpload(UploadID(audioOf: track), at: now(), in: database)
        return AbandonUpload.Output(isAbandoned: isAbandoned)
    }
}
