import Logging
import WorkflowCore
import WorkflowStore

/// What all parts of one worker share.
struct WorkerEnvironment: Sendable {
    let store: any WorkflowStore
    let clock: any EngineClock
    let codec: any PayloadCodec
    let configuration: WorkerConfiguration
    let workflows: [String: WorkflowCode]
    let activities: [String: ActivityCode]
    let slots: ActivitySlots
    let key: WorkerKey
    let logger: Logger
    private let executor = WorkerExecutor()

    var workflowTypes: [String] { workflows.keys.sorted() }
    var activityTypes: [String] { activities.keys.sorted() }

    /// Starts a task of the worker itself, which activities cannot hold up.
    @discardableResult
    func task(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: executor, operation: operation)
    }
}
