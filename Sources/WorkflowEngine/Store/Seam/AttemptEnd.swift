import WorkflowCore

/// The words of ``AttemptRecord/outcome``.
package enum AttemptEnd: String, Sendable {
    case completed
    case failed
    case timedOut = "timed-out"
    case cancelled
    /// Its worker's process ended, or the worker had to stop and it did not.
    case workerLost = "worker-lost"
    /// Its run closed first.
    case abandoned

    /// How an attempt ended, by what was decided about it.
    ///
    /// - Parameter workerIsLost: whether ``WorkflowStore/removeWorker(_:at:)`` has ended it.
    package init(_ decision: AttemptReport.Decision, workerIsLost: Bool = false) {
        switch decision {
        case .ended(.completed): self = .completed
        case .ended(.cancelled): self = .cancelled
        case _ where workerIsLost: self = .workerLost
        case .ended(.timedOut): self = .timedOut
        case .ended(.failed(let failure, _)), .retry(let failure, _): self = failure.isTimeout ? .timedOut : .failed
        }
    }
}

extension AttemptReport.Decision {
    /// Why the attempt failed, if it did.
    package var failure: Failure? {
        switch self {
        case .ended(.completed), .ended(.cancelled): nil
        case .ended(.failed(let failure, _)), .ended(.timedOut(let failure, _)), .retry(let failure, _): failure
        }
    }

    /// The decision about a task that was asked to stop: it is not tried again (as in Temporal).
    package var withoutRetry: AttemptReport.Decision {
        guard case .retry(let failure, _) = self else { return self }
        return .ended(
            failure.isTimeout ? .timedOut(failure, .cancelRequested) : .failed(failure, .cancelRequested)
        )
    }
}

extension Failure {
    fileprivate var isTimeout: Bool {
        if case .timeout = kind { true } else { false }
    }
}
