import Logging
import MizzoWorkflows
import WorkflowEngine

extension Platform {
    /// Starts the run that takes upload events, unless it is open.
    func followUploads() async throws {
        try await WorkflowClient(workflows).start(
            FollowUploads.self,
            id: FollowUploads.id,
            options: StartOptions(conflictPolicy: .useExisting)
        )
    }

    func uploadIngest() -> UploadIngest {
        UploadIngest(
            database: database,
            queue: uploadEvents,
            objects: objects,
            bucket: configuration.bucket,
            publishing: publishing,
            capacity: TranscodingCapacity(store: workflows.store, slotsPerWorker: configuration.transcodingSlots),
            logger: Logger(label: "ingest")
        )
    }
}
