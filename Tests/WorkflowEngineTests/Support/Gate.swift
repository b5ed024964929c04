import Synchronization

/// A door in an activity that the test opens, and that says who stands before it.
final class Gate: Sendable {
    private struct State {
        var permits = 0
        var isOpen = false
        var entered = 0
        var lastID = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var watchers: [(count: Int, CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    /// Waits until the door is opened; throws when the task is cancelled meanwhile.
    func pass() async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in wait(id, continuation) }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
        try Task.checkCancellation()
    }

    private func wait(_ id: Int, _ continuation: CheckedContinuation<Void, Never>) {
        let (passes, arrived) = state.withLock { state in
            state.entered += 1
            let arrived = state.watchers.filter { $0.count <= state.entered }.map(\.1)
            state.watchers.removeAll { $0.count <= state.entered }
            guard !state.isOpen, state.permits == 0, !Task.isCancelled else {
                if !state.isOpen && !Task.isCancelled { state.permits -= 1 }
                return (true, arrived)
            }
            state.waiting[id] = continuation
            return (false, arrived)
        }
        for watcher in arrived { watcher.resume() }
        if passes { continuation.resume() }
    }

    /// Lets one through, the one that waits longest first.
    func letOne() {
        let first = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let first = state.waiting.keys.min() else {
                state.permits += 1
                return nil
            }
            return state.waiting.removeValue(forKey: first)
        }
        first?.resume()
    }

    /// Opens the door for good.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting.sorted { $0.key < $1.key }.map(\.value)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until `count` tasks in all have come to the door.
    func entered(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                guard state.entered < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}

/// Values in the order in which they were noted, from any thread.
final class Notes<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    var values: [Value] { state.withLock { $0 } }

    func note(_ value: Value) { state.withLock { $0.append(value) } }
}
