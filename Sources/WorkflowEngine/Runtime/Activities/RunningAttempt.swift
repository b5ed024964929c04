import Dispatch
import Synchronization
import WorkflowCore
import WorkflowStore

/// One attempt in this process.
///
/// | state | event | next |
/// |---|---|---|
/// | running | code ended, limit passed, revoked | decided |
/// | decided | code ended | gone (its slot is free again) |
///
/// Whoever decides first reports; what comes later is ignored.
final class RunningAttempt: Sendable {
    let task: TaskRecord
    private struct State {
        var isDecided = false
        var holdsSlot = true
        var cancelReason: CancelReason?
        var handle: Task<Void, Never>?
        var lastBeat: Timestamp
        var lastFlush: Timestamp
        var details: Payload?
        var isFlushScheduled = false
    }
    private let state: Mutex<State>

    /// Why an attempt is told to stop.
    enum CancelReason: Sendable {
        case revoked
        case shutdown
        case timedOut
    }

    init(_ task: TaskRecord) {
        self.task = task
        let start = task.startedAt ?? task.visibleAt
        state = Mutex(State(lastBeat: start, lastFlush: .distantPast, details: task.heartbeatDetails))
    }

    func attach(_ handle: Task<Void, Never>) {
        let cancelNow = state.withLock { state in
            state.handle = handle
            return state.cancelReason != nil
        }
        if cancelNow { Self.cancel(handle) }
    }

    /// Claims the right to report. `false` if somebody else has it.
    func decide() -> Bool {
        state.withLock { state in
            defer { state.isDecided = true }
            return !state.isDecided
        }
    }

    var isDecided: Bool { state.withLock { $0.isDecided } }

    /// Takes the slot away from the attempt. `false` if it has none any more.
    func takeSlot() -> Bool {
        state.withLock { state in
            defer { state.holdsSlot = false }
            return state.holdsSlot
        }
    }

    func cancel(_ reason: CancelReason) {
        let handle = state.withLock { state in
            if state.cancelReason == nil { state.cancelReason = reason }
            return state.handle
        }
        if let handle { Self.cancel(handle) }
    }

    /// It calls the activity's cancellation handlers, which are somebody else's code: neither the worker nor the database, whose
    /// threads come here, waits for them.
    private static func cancel(_ handle: Task<Void, Never>) {
        DispatchQueue(label: "activity-cancellation").async { handle.cancel() }
    }

    var cancelReason: CancelReason? { state.withLock { $0.cancelReason } }
    var lastDetails: Payload? { state.withLock { $0.details } }

    /// The earliest limit and which one it is.
    var deadline: TaskDeadline {
        TaskDeadline.started(
            task.scheduled,
            scheduledTime: task.scheduledTime,
            startedAt: task.startedAt ?? task.visibleAt,
            lastHeartbeat: state.withLock { $0.lastBeat }
        )
    }

    /// Notes a heartbeat. Returns when it has to be written: now, at a later time, or never (a write is planned already).
    func beat(_ details: Payload?, at now: Timestamp) -> Timestamp? {
        state.withLock { state in
            state.lastBeat = max(state.lastBeat, now)
            if let details { state.details = details }
            guard !state.isFlushScheduled else { return nil }
            state.isFlushScheduled = true
            return max(now, state.lastFlush + throttle)
        }
    }

    /// Whether a heartbeat has not been written yet.
    var hasUnwrittenDetails: Bool { state.withLock { $0.isFlushScheduled } }

    /// The details to write now.
    func flush(at now: Timestamp) -> Payload? {
        state.withLock { state in
            state.isFlushScheduled = false
            state.lastFlush = now
            return state.details
        }
    }

    /// 0.8 of the heartbeat limit, at most 60 s; 30 s without a limit (as Temporal). The first beat is written at once.
    private var throttle: Duration {
        guard let limit = task.scheduled.heartbeatTimeout else { return .seconds(30) }
        return min(.milliseconds(limit.wholeMilliseconds * 4 / 5), .seconds(60))
    }
}

extension RunningAttempt {
    /// Whether the attempt ended because its worker shuts down. Whatever one throws that was told to stop is no fault of the
    /// activity: clients report their own cancellation in their own words. One that has only heard of the shutdown says so.
    func isHandedBack(by error: any Error, isWorkerShuttingDown: Bool) -> Bool {
        cancelReason == .shutdown || isWorkerShuttingDown && error is CancellationError
    }

    /// What an attempt failed with. A cancellation that nobody asked for is an error like any other.
    func failure(from error: any Error, codec: any PayloadCodec, isHandedBack: Bool) -> Failure {
        if isHandedBack {
            let words = error is CancellationError ? "" : " (\(error))"
            return Failure(
                message: "the worker was shut down while the activity ran" + words,
                kind: .server(nonRetryable: false)
            )
        }
        guard error is CancellationError else { return Failure(thrown: error, codec: codec) }
        return Failure(
            message: "the activity's code threw CancellationError, though nobody asked it to stop",
            source: "Swift",
            kind: .application(Failure.Application(type: "CancellationError"))
        )
    }
}
