import ActivityContracts
import CloudServices
import DurableSQLite
import FoundationEssentials
import MizzoCatalog
import WorkflowEngine

/// Deletes the cover picture of a void ticket. Deleting what is not there succeeds, so it may be repeated.
public struct RemovePosterActivity: Activity {
    /// Name and types.
    public typealias Contract = RemovePoster
    private let store: any ObjectStore
    private let database: any DatabaseAccess
    private let now: @Sendable () -> Date

    /// Deletes from `store` what the tickets of `database` name, as of `now`.
    public init(
        store: any ObjectStore,
        database: any DatabaseAccess,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.database = database
        self.now = now
    }

    /// See ``RemovePosterActivity``.
    public func execute(_ input: UploadReference, context: ActivityContext) async throws -> Nothing {
        let upload = try UploadID(checking: input.uploadID)
        let ticket = try await database.read { try Catalog.uploadTicket(upload, in: $0) }
        // A picture that a track has, or may still get, is not ours to delete, whatever the workflow believes.
        guard let ticket, ticket.kind == .poster, ticket.usedAt == nil, ticket.expiresAt <= now() else {
            return Nothing()
        }
        try await store.delete(ObjectKey(ticket.key))
        return Nothing()
    }
}
