import WorkflowCore

/// What a start does when the id was used before and that run has closed (Temporal's reuse policy).
public enum WorkflowIDReusePolicy: String, Sendable, Codable {
    /// Start a new run.
    case allowDuplicate
    /// Start a new run unless the last one completed.
    case allowDuplicateFailedOnly
    /// Refuse.
    case rejectDuplicate
}

/// What a start does when a run of the id is open (Temporal's conflict policy).
public enum WorkflowIDConflictPolicy: String, Sendable, Codable {
    /// Refuse.
    case fail
    /// Return the open run.
    case useExisting
    /// End the open run and start a new one.
    case terminateExisting
}

/// Which run is meant: a workflow id's latest run, or one certain run.
package struct RunTarget: Hashable, Sendable {
    package var workflowID: WorkflowID
    package var runID: RunID?
    package init(_ workflowID: WorkflowID, runID: RunID? = nil) {
        self.workflowID = workflowID
        self.runID = runID
    }
}

/// A run as the store names it.
package struct RunReference: Hashable, Sendable {
    package var key: RunKey
    package var workflowID: WorkflowID
    package var runID: RunID
    package init(key: RunKey, workflowID: WorkflowID, runID: RunID) {
        self.key = key
        self.workflowID = workflowID
        self.runID = runID
    }
}

package struct StartRequest: Sendable {
    package var started: WorkflowExecutionStarted
    package var reusePolicy: WorkflowIDReusePolicy
    package var conflictPolicy: WorkflowIDConflictPolicy
    /// Starting twice with the same request id gives the same run, whatever became of it; empty means no such check.
    package var requestID: String
    package var now: Timestamp
    /// The worker that takes the run over at once (same process), with epoch 1; `nobody`, or a worker that
    /// is not registered any more, leaves it to be claimed.
    package var owner: WorkerKey

    package init(
        started: WorkflowExecutionStarted,
        reusePolicy: WorkflowIDReusePolicy = .allowDuplicate,
        conflictPolicy: WorkflowIDConflictPolicy = .fail,
        requestID: String = "",
        now: Timestamp,
        owner: WorkerKey = .nobody
    ) {
        self.started = started
        self.reusePolicy = reusePolicy
        self.conflictPolicy = conflictPolicy
        self.requestID = requestID
        self.now = now
        self.owner = owner
    }
}

package enum StartOutcome: Hashable, Sendable {
    /// A new run: its history is the `WorkflowExecutionStarted` event, which waits in no inbox.
    case started(RunReference)
    /// The same request id, or an open run under `useExisting` (for signal-with-start: any open run).
    case existing(RunReference)
    /// The policies forbid a new run.
    case refused(RunReference, RunStatus)
}

package struct SignalRequest: Sendable {
    package var target: RunTarget
    package var signal: WorkflowExecutionSignaled
    package var now: Timestamp
    package init(target: RunTarget, signal: WorkflowExecutionSignaled, now: Timestamp) {
        self.target = target
        self.signal = signal
        self.now = now
    }
}

package enum SignalOutcome: Hashable, Sendable {
    case accepted(RunReference)
    /// The same request id was accepted by this run before, even if it has closed since: nothing was added.
    case duplicate(RunReference)
    case notFound
    case closed(RunReference, RunStatus)
}

/// Signals the open run of an id, or starts one and signals it, in one transaction. When the reuse policy forbids a new
/// run nothing happens and the outcome is `refused`. A start request id that was used before names its run: it is
/// signalled if it is open (the signal's own request id keeps it from arriving twice), and nothing happens if it
/// closed.
package struct SignalWithStartRequest: Sendable {
    package var start: StartRequest
    package var signal: WorkflowExecutionSignaled
    package init(start: StartRequest, signal: WorkflowExecutionSignaled) {
        self.start = start
        self.signal = signal
    }
}

package struct CancelRequest: Sendable {
    package var target: RunTarget
    package var cause: String
    package var identity: String
    package var now: Timestamp
    package init(target: RunTarget, cause: String, identity: String, now: Timestamp) {
        self.target = target
        self.cause = cause
        self.identity = identity
        self.now = now
    }
}

/// Ends a run at once: appends `WorkflowExecutionTerminated`, raises the epoch, drops its inbox, tasks (their attempts
/// end as `abandoned`) and timers.
package struct TerminateRequest: Sendable {
    package var target: RunTarget
    package var reason: String
    package var identity: String
    package var now: Timestamp
    package init(target: RunTarget, reason: String, identity: String, now: Timestamp) {
        self.target = target
        self.reason = reason
        self.identity = identity
        self.now = now
    }
}

package enum CancelOutcome: Hashable, Sendable {
    case accepted(RunReference)
    /// The run has closed, or was asked before: nothing to do (as in Temporal, not an error).
    case noEffect(RunReference, RunStatus)
    case notFound
}
