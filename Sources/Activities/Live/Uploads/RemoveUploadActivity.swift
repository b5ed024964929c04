import ActivityContracts
import CloudServices
import DurableSQLite
import MizzoCatalog
import WorkflowEngine

/// Deletes the objects of an upload that came to nothing. Deleting what is not there succeeds, so it may be repeated.
public struct RemoveUploadActivity: Activity {
    /// Name and types.
    public typealias Contract = RemoveUpload
    private let store: any ObjectStore
    private let database: any DatabaseAccess

    /// Deletes from `store` what the tables of `database` name.
    public init(store: any ObjectStore, database: any DatabaseAccess) {
        self.store = store
        self.database = database
    }

    /// See ``RemoveUploadActivity``.
    public func execute(_ input: TrackReference, context: ActivityContext) async throws -> Nothing {
        let id = try TrackID(checking: input.trackID)
        let track = try await database.read { try Catalog.track(id, in: $0) }
        // Objects of a track that is on its way are not ours to delete, whatever the workflow believes.
        guard track == nil || track?.status == .failed else { return Nothing() }
        // First, so that they cannot become an object behind our back.
        try await store.discardParts(of: UploadID(audioOf: id), in: database)
        for key in [MediaKeys.rawTrack(id), track?.details.posterKey].compactMap(\.self) {
            try await store.delete(ObjectKey(key))
        }
        return Nothing()
    }
}
