import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore

/// The machine's clock, which somebody may set.
private final class SteppedClock: EngineClock {
    private let offset = Mutex(Duration.zero)
    private let system = SystemClock()

    var now: Timestamp { system.now + offset.withLock { $0 } }
    func realDuration(until time: Timestamp) -> Duration? {
        time == .never ? .seconds(3600) : max(.zero, time - now)
    }
    func onAdvance(_ wake: @escaping @Sendable () -> Void) {}
    func step(by duration: Duration) { offset.withLock { $0 += duration } }
}

@Suite("A clock that is set back", .timeLimit(.minutes(1))) struct ClockStepTests {
    @Test("dead workers are still noticed")
    func deadWorker() async throws {
        try await DatabaseFolder.with { folder in
            try await folder.opened { database in
                let clock = SteppedClock()
                let worker = worker(on: database, clock)
                let working = Task { try await worker.run() }
                await worker.untilStarted()
                let store = database.store
                let ours = try await store.workers().map(\.key)
                // Each round one comes and goes. The first may be found when the worker starts; the next ones are by looks
                // that are planned, the last of them before the step.
                for step in [0, 0, -7200] {
                    clock.step(by: .seconds(step))
                    let dead = try await folder.opened { other in try await register(other.store) }
                    #expect(!ours.contains(dead))
                    while try await store.workers().map(\.key) != ours, !Task.isCancelled { await Task.yield() }
                }
                working.cancel()
                try await working.value
            }
        }
    }

    private func worker(on database: WorkflowDatabase, _ clock: SteppedClock) -> Worker {
        Worker(
            database,
            configuration: .test(),
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func register(_ store: any WorkflowStore) async throws -> WorkerKey {
        try await store.registerWorker(
            WorkerRegistration(
                identity: "dead",
                processID: 1,
                buildID: "",
                workflowTypes: [],
                activityTypes: [],
                queues: [.default],
                now: .distantPast
            )
        )
    }
}
