import Synchronization
import WorkflowEngine

/// Cost against the number of runs in the file: the same load, and a page of a list, at each size.
struct ScaleOfRuns: Workload {
    let name = "scale-runs"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let sizes = bench.pick(
            tiny: [20, 50],
            standard: [1000, 10_000, 100_000],
            full: [1000, 10_000, 100_000, 1_000_000]
        )
        return try await bench.withFile("scale") { path in
            var rows: [ReportRow] = []
            var filled = 0
            for size in sizes {
                filled += try await fill(path, from: filled, to: size)
                rows.append(try await row(path, size, bench))
            }
            return rows
        }
    }

    private func fill(_ path: String, from first: Int, to size: Int) async throws -> Int {
        try await EngineSession.with(path, slots: 1000) { session in
            let client = session.client
            try await forEach(size - first, inFlight: 1000) { number in
                let id = WorkflowID("fill-\(first + number)")
                _ = try await client.start(ThreeSteps.self, id: id, input: 0).result()
            }
        }
        return size - first
    }

    private func row(_ path: String, _ size: Int, _ bench: Bench) async throws -> ReportRow {
        try await EngineSession.with(path) { session in
            var loads: [Load] = []
            for _ in 0..<bench.rounds {
                loads.append(
                    try await Load.run(inFlight: 100, for: .seconds(bench.seconds / 2), in: session, at: path)
                )
            }
            let pages = try await Listing.times(session.database, runs: size, pages: 100)
            var details = InFlight.details(loads)
            details["list p95 ms"] = pages.percentile(0.95)
            details["file MB"] = try SQLiteFloor.bytes(path) / 1e6
            return ReportRow(
                "scale-runs-\(size)",
                "100 in flight with \(size) runs in the file",
                unit: "wf/s",
                values: loads.map(\.rate),
                details: details
            )
        }
    }
}

/// Cost against the length of a history: the next step of a loaded run, and loading the run again.
struct ScaleOfHistory: Workload {
    let name = "scale-history"
    private static let eventsPerStep = 6

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let lengths = bench.pick(tiny: [10, 100], standard: [10, 100, 1000, 10_000, 100_000])
        let longest = lengths.max() ?? 0
        let clock = StepClock()
        return try await bench.withFile("long") { path in
            try await EngineSession.with(path, activities: [ClockedNumberActivity(clock: clock)]) { session in
                let steps = longest / Self.eventsPerStep + 2
                let run = try await session.client.start(ManySteps.self, id: "long", input: steps)
                _ = try await run.result()
                let store = session.database.store
                let batches = try await store.history(of: try await run.record().reference.key, from: 1)
                return try lengths.map { try Self.row($0, batches, clock.times) }
            }
        }
    }

    private static func row(_ length: Int, _ batches: [HistoryBatch], _ times: [Double]) throws -> ReportRow {
        let prefix = batches.prefix { $0.firstEventID <= Int64(length) }
        let rounds = max(1, min(200, 20_000 / length))
        let begun = ContinuousClock.now
        for _ in 0..<rounds {
            try Replaying.replay(prefix.flatMap { try HistoryCoding.decode($0.events) })
        }
        let replay = begun.duration(to: .now).milliseconds / Double(rounds)
        return ReportRow(
            "scale-history-\(length)",
            "cold replay of a history of \(length) events",
            unit: "ms",
            values: [replay],
            details: ["next step ms": stepTime(at: length / eventsPerStep, times)]
        )
    }

    /// The median time between two steps around a number of steps, in milliseconds.
    private static func stepTime(at step: Int, _ times: [Double]) -> Double {
        let window = times.dropFirst(max(0, step * 9 / 10)).prefix(max(8, step / 5))
        return zip(window.dropFirst(), window).map { ($0 - $1) * 1000 }.percentile(0.5)
    }
}

/// When each step began.
private final class StepClock: Sendable {
    private let moments = Mutex<[Double]>([])
    var times: [Double] { moments.withLock { $0 } }
    func tick() { moments.withLock { $0.append(ProcessUsage.monotonicSeconds) } }
}

private struct ClockedNumberActivity: Activity {
    typealias Contract = NextNumber
    let clock: StepClock
    func execute(_ input: Int, context: ActivityContext) async throws -> Int {
        clock.tick()
        return input + 1
    }
}
