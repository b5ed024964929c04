import Synchronization

/// A reason to look now: many calls of ``wake()`` end one wait.
final class Wakeups: Sendable {
    private struct State {
        var isPending = false
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Ends the present wait, or the next one at once.
    func wake() { resume { $0.isPending = true } }

    /// Ends every present and future wait.
    func close() { resume { $0.isClosed = true } }

    private func resume(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for ``wake()``, ``close()``, cancellation or the time limit. One task at a time.
    func wait(atMost limit: Duration) async {
        async let _: Void = {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            wake()
        }()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard !state.isPending, !state.isClosed else { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            close()
        }
        state.withLock { $0.isPending = false }
    }
}
