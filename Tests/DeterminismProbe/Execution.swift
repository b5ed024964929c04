import WorkflowCore
import WorkflowEngine
import WorkflowTesting

/// One execution of ``Nasty`` with a fixed run id, fixed identities and a virtual clock: its history is a function of
/// the code alone.
package struct Execution: Sendable {
    /// The events.
    package let history: [HistoryEvent]
    /// What the run returned.
    package let result: [String]

    /// Executes the workflow; signals arrive at fixed times.
    package static func make() async throws -> Execution {
        let configuration = WorkerConfiguration(drainTimeout: .zero, deadlockTimeout: .seconds(60), identity: "probe")
        return try await TestEnvironment.run(
            configuration: configuration,
            workflows: [Nasty.self],
            activities: [DelayedActivity()]
        ) { test in
            var client = WorkflowClient(test.database, identity: "probe", clock: test.clock)
            client.makeRunID = { _ in RunID("01890a5d-ac96-774b-bcce-b302099a8057") }
            let start = test.clock.now
            let run = try await client.start(Nasty.self, id: "nasty", input: 3)
            for signal in [21, 55, 901] {
                try await idle(test, until: start + .milliseconds(signal))
                try await run.signal(Nasty.poke, 1)
            }
            try await idle(test, until: .never)
            return Execution(history: try await run.history(), result: try await run.result())
        }
    }

    /// Moves time on from one due point to the next, up to `limit`.
    private static func idle(_ test: TestEnvironment, until limit: Timestamp) async throws {
        let run = test.client.handle(Nasty.self, id: "nasty")
        while true {
            if let reason = try await run.record().blocked {
                throw EngineError(code: reason.code, message: reason.message)
            }
            let next = await test.worker.nextDueIfIdle()
            if let next, next < limit {
                test.clock.advance(to: next)
            } else if next != nil {
                return test.clock.advance(to: limit)
            } else if limit == .never, try await run.status.isClosed {
                return
            }
            await Task.yield()
        }
    }

    /// FNV-1a (64 bit) of the encoded history.
    package var digest: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in HistoryCoding.encode(history) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    /// The events that commands became, and what they are about, in order.
    package var commands: [String] {
        history.compactMap { event in
            switch event.attributes {
            case .activityTaskScheduled(let scheduled): "\(event.id) schedule \(scheduled.input?.text ?? "")"
            case .timerStarted(let timer): "\(event.id) timer \(timer.startToFireTimeout)"
            case .timerCanceled(let id, _): "\(event.id) cancel timer \(id)"
            case .markerRecorded(let marker): "\(event.id) patch \(marker.details)"
            case .workflowExecutionCompleted: "\(event.id) complete"
            default: nil
            }
        }
    }
}
