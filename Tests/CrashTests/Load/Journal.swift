import Synchronization
import WorkflowEngine

/// What was acknowledged to the clients, and therefore must be there in the end.
final class Journal: Sendable {
    struct Start: Sendable {
        let workflowID: WorkflowID
        let runID: RunID
        let steps: Int
        /// The signals in the order in which they were acknowledged, by request id.
        var signals: [String] = []
    }

    private struct State {
        var starts: [WorkflowID: Start] = [:]
        var registered: [String] = []
        var approved: [String] = []
        var refused: [String] = []
        var answers = 0
        var finishedRuns = 0
        var isStopped = false
    }
    private let state = Mutex(State())

    func started(_ workflowID: WorkflowID, runID: RunID, steps: Int) {
        state.withLock { $0.starts[workflowID] = Start(workflowID: workflowID, runID: runID, steps: steps) }
    }

    func signalled(_ workflowID: WorkflowID, requestID: String) {
        state.withLock { $0.starts[workflowID]?.signals.append(requestID) }
    }

    func finished() { state.withLock { $0.finishedRuns += 1 } }
    func registered(track: String) { state.withLock { $0.registered.append(track) } }
    func approved(track: String) { state.withLock { $0.approved.append(track) } }
    /// The track's audio cannot be used, and the artist was told so.
    func refused(track: String) { state.withLock { $0.refused.append(track) } }
    /// A server has said that something is done.
    func answered() { state.withLock { $0.answers += 1 } }

    /// Tells the lanes to finish what they have begun.
    func stop() { state.withLock { $0.isStopped = true } }
    var isStopped: Bool { state.withLock { $0.isStopped } }

    var starts: [Start] { state.withLock { Array($0.starts.values) } }
    var finishedRuns: Int { state.withLock { $0.finishedRuns } }
    var registeredTracks: [String] { state.withLock { $0.registered } }
    var approvedTracks: [String] { state.withLock { $0.approved } }
    var refusedTracks: [String] { state.withLock { $0.refused } }
    var answers: Int { state.withLock { $0.answers } }
}
