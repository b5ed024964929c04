import WorkflowCore

/// What a start does, by the last run of its workflow id.
package enum StartDecision: Hashable, Sendable {
    case startNew
    /// End the open run, then start.
    case terminateAndStart
    case useExisting
    case refuse

    /// - Parameter last: the status of the id's latest run, `nil` when there is none.
    package static func decide(
        last: RunStatus?,
        reuse: WorkflowIDReusePolicy,
        conflict: WorkflowIDConflictPolicy
    ) -> StartDecision {
        guard let last else { return .startNew }
        guard last.isClosed else {
            switch conflict {
            case .fail: return .refuse
            case .useExisting: return .useExisting
            case .terminateExisting: return .terminateAndStart
            }
        }
        switch reuse {
        case .allowDuplicate: return .startNew
        case .allowDuplicateFailedOnly: return last == .completed ? .refuse : .startNew
        case .rejectDuplicate: return .refuse
        }
    }
}
