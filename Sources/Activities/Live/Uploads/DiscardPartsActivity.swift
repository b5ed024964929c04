import ActivityContracts
import CloudServices
import DurableSQLite
import MizzoCatalog
import WorkflowEngine

/// Removes the parts of an upload that will not be joined. Removing what is not there succeeds, so it may be repeated.
public struct DiscardPartsActivity: Activity {
    /// Name and types.
    public typealias Contract = DiscardParts
    private let store: any ObjectStore
    private let database: any DatabaseAccess

    /// Removes from `store` what the tickets of `database` name.
    public init(store: any ObjectStore, database: any DatabaseAccess) {
        self.store = store
        self.database = database
    }

    /// See ``DiscardPartsActivity``.
    public func execute(_ input: UploadReference, context: ActivityContext) async throws -> Nothing {
        try await store.discardParts(of: try UploadID(checking: input.uploadID), in: database)
        return Nothing()
    }
}

extension ObjectStore {
    /// Removes the parts of an upload that was not joined, if it is one in parts.
    func discardParts(of id: UploadID, in database: any DatabaseAccess) async throws {
        let ticket = try await database.read { try Catalog.uploadTicket(id, in: $0) }
        guard let ticket, let parts = ticket.parts else { return }
        do {
            try await abortUpload(MultipartUpload(key: ObjectKey(ticket.key), id: parts.storeUploadID))
        } catch let error as ObjectStoreError where error.kind == .noSuchUpload {
            // Joined, or removed before.
        }
    }
}
