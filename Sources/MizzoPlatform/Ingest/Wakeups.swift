import Synchronization

/// A reason to look now: many calls of ``wake()`` end one wait.
final class Wakeups: Sendable {
    private struct State {
        var isPending = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    /// Ends the present wait, or the next one at once.
    func wake() {
        let waiter = state.withLock { state in
            state.isPending = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for ``wake()``, cancellation or the time limit. One task at a time.
    func wait(atMost limit: Duration) async {
        async let _: Void = {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            wake()
        }()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard !state.isPending else { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        state.withLock { $0.isPending = false }
    }
}
