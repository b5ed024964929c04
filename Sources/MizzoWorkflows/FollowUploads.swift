import ActivityContracts
import WorkflowEngine

/// Takes upload events from the queue, for as long as the platform is in use: one run, so one poller over all workers.
///
/// The run executes one long, heartbeating activity after another. Waiting for events, failures of the queue, restarts of workers
/// and take-overs are the activity's business or new attempts of it, and attempts are no history. So the history grows by
/// the end of an activity only, once in ``TakeUploads/turn``: six events a week (the activity's three, and the three of the
/// activation that schedules the next), 313 a year, about 3,100 in ten years, which are read in milliseconds.
///
/// It ends when it is cancelled or terminated; messages then stay in the queue until it is started again.
public struct FollowUploads: Workflow {
    /// The name under which it is recorded.
    public static let name = "FollowUploads"
    /// The one workflow of this type.
    public static let id: WorkflowID = "follow-uploads"

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Nothing {
        var taken = TakeUploads.Counts()
        while true { taken = try await workflow.execute(TakeUploads.self, taken) }
    }
}
