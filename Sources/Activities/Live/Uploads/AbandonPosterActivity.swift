import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Voids a cover picture's ticket, unless a track was registered with it.
public struct AbandonPosterActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = AbandonPoster
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``AbandonPosterActivity``.
    public func execute(
        _ input: UploadReference,
        in database: Database,
        context: ActivityContext
    ) throws -> AbandonPoster.Output {
        let upload = try UploadID(checking: input.uploadID)
        return AbandonUpload.Output(isAbandoned: try Catalog.abandonUpload(upload, at: now(), in: database))
    }
}
