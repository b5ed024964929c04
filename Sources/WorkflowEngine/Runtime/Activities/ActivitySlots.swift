import Synchronization
import WorkflowCore

/// How many more activities may start, by queue.
final class ActivitySlots: Sendable {
    private struct State {
        var free: [TaskQueue: Int]
        var isClosed = false
    }
    private let state: Mutex<State>
    let queues: [TaskQueue]

    init(_ capacity: [TaskQueue: Int]) {
        queues = capacity.keys.sorted { $0.rawValue < $1.rawValue }
        state = Mutex(State(free: capacity))
    }

    /// Takes up to `count` slots.
    func reserve(_ queue: TaskQueue, upTo count: Int) -> Int {
        state.withLock { state in
            guard !state.isClosed else { return 0 }
            let taken = min(count, state.free[queue] ?? 0)
            state.free[queue, default: 0] -= taken
            return max(0, taken)
        }
    }

    func release(_ queue: TaskQueue, count: Int = 1) {
        state.withLock { $0.free[queue, default: 0] += count }
    }

    /// From now on nothing starts.
    func close() { state.withLock { $0.isClosed = true } }
}
