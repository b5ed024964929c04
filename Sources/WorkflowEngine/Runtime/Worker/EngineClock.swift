import Glibc
import WorkflowCore

/// Where the engine takes the time from. Exactly two exist: ``SystemClock`` and the virtual clock of `WorkflowTesting`.
public protocol EngineClock: Sendable {
    /// The current wall-clock time, as it is recorded.
    var now: Timestamp { get }
    /// How long a thread may block until `time`, in real time; `nil` when it has to be woken by ``onAdvance(_:)``.
    func realDuration(until time: Timestamp) -> Duration?
    /// Calls `wake` whenever time jumps. A clock that runs by itself never calls it.
    func onAdvance(_ wake: @escaping @Sendable () -> Void)
}

/// The machine's clock.
public struct SystemClock: EngineClock {
    /// Makes the clock.
    public init() {}

    /// Wall-clock time in milliseconds.
    public var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// The difference to now, never negative.
    public func realDuration(until time: Timestamp) -> Duration? {
        max(.zero, time == .never ? .seconds(3600) : time - now)
    }

    /// Does nothing: this clock runs by itself.
    public func onAdvance(_ wake: @escaping @Sendable () -> Void) {}
}
