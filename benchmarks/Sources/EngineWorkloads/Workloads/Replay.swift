import WorkflowEngine
import WorkflowTesting

/// Events per second that a history is replayed with, on one core: bytes to events to where the code was.
struct Replay: Workload {
    let name = "replay"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let floor = try await floorRate(bench)
        var rows: [ReportRow] = []
        for (steps, what) in [(3, "three steps"), (bench.pick(tiny: 50, standard: 1600), "a long one")] {
            let batches = try await Histories.record(steps: steps, bench)
            let rounds = try (0..<bench.rounds).map { _ in try rates(batches, seconds: bench.seconds / 2) }
            rows.append(
                ReportRow(
                    "replay-\(steps)",
                    "replay of \(what), decoding included",
                    unit: "events/s",
                    values: rounds.map(\.whole),
                    floors: rounds.map { _ in floor },
                    goal: .atLeast(1_000_000),
                    bound: "decoding, a quarter, then a task switch and the matching of commands per resumption",
                    tried: "scalar JSON without a decoder, reading without references: helped; another malloc: +50 %",
                    details: ["replay alone events/s": Spread(rounds.map(\.replay)).median]
                )
            )
        }
        return rows
    }

    /// Rows per second of C, which reads as many rows as there are events and makes nothing of them.
    private func floorRate(_ bench: Bench) async throws -> Double {
        try await bench.withFile("floor") { path in
            try SQLiteFloor.seed(path, runs: bench.pick(tiny: 100, standard: 20_000))
            let (milliseconds, rows) = try SQLiteFloor.readOpen(path)
            return Double(rows) / milliseconds * 1000
        }
    }

    private func rates(_ batches: [HistoryBatch], seconds: Double) throws -> (whole: Double, replay: Double) {
        let (started, budget) = (ContinuousClock.now, Duration.seconds(seconds))
        var replaying = Duration.zero
        var events = 0
        repeat {
            let history = try batches.flatMap { try HistoryCoding.decode($0.events) }
            let decoded = ContinuousClock.now
            try Replaying.replay(history)
            replaying += decoded.duration(to: .now)
            events += history.count
        } while started.duration(to: .now) < budget
        let whole = started.duration(to: .now)
        return (Double(events) / whole.milliseconds * 1000, Double(events) / replaying.milliseconds * 1000)
    }
}

/// Histories that the engine has written.
enum Histories {
    /// The history of a run of so many steps, as it is stored.
    static func record(steps: Int, _ bench: Bench) async throws -> [HistoryBatch] {
        try await bench.withFile("history") { path in
            try await EngineSession.with(path) { session in
                let run = try await session.client.start(ManySteps.self, id: "run", input: steps)
                _ = try await run.result()
                return try await session.database.store.history(of: try await run.record().reference.key, from: 1)
            }
        }
    }
}

/// Replay without a database.
enum Replaying {
    private static let replayer = WorkflowReplayer([ManySteps.self])

    /// Brings code to where the history ends, which may be anywhere.
    static func replay(_ history: [HistoryEvent]) throws { try replayer.replay(history, isTruncated: true) }
}
