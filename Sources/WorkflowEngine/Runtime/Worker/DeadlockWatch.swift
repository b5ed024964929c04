import Foundation
import Synchronization
import WorkflowCore
import WorkflowStore

/// Notices workflow code that does not come back, and writes off the thread it occupies.
final class DeadlockWatch: Sendable {
    private struct State {
        var generation = 0
        var entered: (run: RunKey, at: ContinuousClock.Instant)?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let limit: Duration

    init(limit: Duration) { self.limit = limit }

    var currentGeneration: Int { state.withLock { $0.generation } }

    /// Workflow code is about to run.
    func enter(_ run: RunKey) {
        let now = ContinuousClock.now
        state.withLock { $0.entered = (run, now) }
    }

    /// Workflow code came back. `false` if the calling thread has been written off meanwhile.
    func leave(_ generation: Int) -> Bool {
        state.withLock { state in
            guard state.generation == generation else { return false }
            state.entered = nil
            return true
        }
    }

    /// Watches until ``stop()``. `onDeadlock` is called once for each thread that is written off.
    func start(onDeadlock: @escaping @Sendable (RunKey) -> Void) {
        let thread = Thread { [self] in
            while !state.withLock({ $0.isStopped }) {
                Thread.sleep(forTimeInterval: min(0.25, limit.inSeconds / 4))
                if let run = writeOff() { onDeadlock(run) }
            }
        }
        thread.name = "workflow-watch"
        thread.start()
    }

    private func writeOff() -> RunKey? {
        state.withLock { state in
            guard let entered = state.entered, entered.at.duration(to: .now) > limit else { return nil }
            state.generation += 1
            state.entered = nil
            return entered.run
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }
}
