import Synchronization
import WorkflowCore
import WorkflowStore

/// Tells callers that a run has closed: one observer of the store for any number of them.
final class RunWatch: Sendable {
    private struct State {
        var waiters: [RunKey: [Int: AsyncStream<Void>.Continuation]] = [:]
        var nextID = 0
        var observation: StoreObservation?
    }
    private let state = Mutex(State())
    private let store: any WorkflowStore

    init(_ store: any WorkflowStore) { self.store = store }

    deinit { state.withLock { $0.observation }?.cancel() }

    /// Returns once `isClosed` says so. It is asked after the run closed in this process, and after another process wrote.
    func untilClosed(_ run: RunKey, isClosed: () async throws -> Bool) async throws {
        let (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = add(continuation, for: run)
        defer { remove(id, for: run) }
        if try await isClosed() { return }
        for await _ in changes where try await isClosed() { return }
        throw CancellationError()
    }

    private func add(_ continuation: AsyncStream<Void>.Continuation, for run: RunKey) -> Int {
        let (id, needsObservation) = state.withLock { state in
            state.nextID += 1
            state.waiters[run, default: [:]][state.nextID] = continuation
            return (state.nextID, state.observation == nil)
        }
        if needsObservation { observe() }
        return id
    }

    private func observe() {
        let observation = store.observe { [weak self] changes in self?.tell(changes) }
        let surplus = state.withLock { state in
            guard state.observation == nil else { return observation as StoreObservation? }
            state.observation = observation
            return nil
        }
        surplus?.cancel()
    }

    private func remove(_ id: Int, for run: RunKey) {
        state.withLock { state in
            state.waiters[run]?[id] = nil
            if state.waiters[run]?.isEmpty == true { state.waiters[run] = nil }
        }
    }

    private func tell(_ changes: [StoreChange]) {
        state.withLock { state in
            guard !state.waiters.isEmpty else { return }
            for change in changes {
                switch change {
                case .closed(let run): state.waiters[run]?.values.forEach { $0.yield() }
                case .foreign: for waiters in state.waiters.values { waiters.values.forEach { $0.yield() } }
                default: break
                }
            }
        }
    }
}
