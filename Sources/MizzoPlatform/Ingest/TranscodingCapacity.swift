import ActivityContracts
import WorkflowEngine
import WorkflowStore

/// How many more uploads can be transcoded now.
struct TranscodingCapacity: Sendable {
    let store: any WorkflowStore
    /// Transcodings at once in one worker; all workers are taken to be configured alike.
    let slotsPerWorker: Int

    /// The slots of all living workers less what waits for one or has one; never negative.
    func free() async throws -> Int {
        let tasks = try await store.countTasks(in: TranscodeTrack.queue)
        let workers = try await store.workers().count {
            $0.isAlive && $0.registration.queues.contains(TranscodeTrack.queue)
        }
        return max(0, max(1, workers) * slotsPerWorker - tasks.waiting - tasks.started)
    }
}
