import Synchronization
import WorkflowCore
import WorkflowEngine

/// A clock that stands still until it is told to go on.
public final class VirtualClock: EngineClock {
    private struct State {
        var now: Timestamp
        var wakers: [@Sendable () -> Void] = []
    }
    private let state: Mutex<State>

    /// Makes a clock that shows `start`.
    public init(start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) {
        state = Mutex(State(now: start))
    }

    /// The time it shows.
    public var now: Timestamp { state.withLock { $0.now } }

    /// Always `nil`: whoever waits is woken by ``advance(by:)``.
    public func realDuration(until time: Timestamp) -> Duration? { time <= now ? .zero : nil }

    /// Remembers whom to wake.
    public func onAdvance(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wakers.append(wake) } }

    /// Moves time forward. Timers that become due fire in order, each at its own pace.
    public func advance(by duration: Duration) { advance(to: now + duration) }

    /// Moves time forward to `time`; does nothing if that has passed.
    public func advance(to time: Timestamp) {
        let wakers = state.withLock { state in
            state.now = max(state.now, time)
            return state.wakers
        }
        for wake in wakers { wake() }
    }
}
