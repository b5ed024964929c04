import WorkflowEngine

/// Ten thousand timers over ten seconds: how late they fire, seen by whoever waits for the results.
struct TimersOverTime: Workload {
    let name = "timers-spread"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 50, standard: 10_000)
        let seconds = bench.pick(tiny: 0.1, standard: 10)
        let lead = bench.pick(tiny: 0.3, standard: 6)
        let pairs = try await bench.interleaved {
            try await bench.withFile("floor") { path in
                try SQLiteFloor.lateness(path, timers: count / 5, seconds: seconds / 5)
            }
        } engine: {
            try await Timers.lateness(bench, count: count, lead: lead) { seconds * Double($0) / Double(count) }
        }
        return rows(pairs, "\(count) timers over \(Report.number(seconds)) s, lateness p99")
    }

    private func rows(_ pairs: [(floor: [Double], engine: [Double])], _ subject: String) -> [ReportRow] {
        let lateness = pairs.map(\.engine)
        return [
            ReportRow(
                "timers-spread-p99",
                subject,
                unit: "ms",
                values: lateness.map { $0.percentile(0.99) },
                floors: pairs.map { $0.floor.percentile(0.99) },
                goal: .atMost(20),
                bound: "single stalls of the machine, and commits that wait for a checkpoint",
                tried: "several rounds, since a single stall decides one; flushes are not what stalls",
                details: [
                    "p50 ms": Spread(lateness.map { $0.percentile(0.5) }).median,
                    "max ms": Spread(lateness.map { $0.percentile(1) }).high,
                ]
            )
        ]
    }
}

/// Ten thousand timers due at once: until the last run's end is on disk.
struct TimersAtOnce: Workload {
    let name = "timers-due"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 50, standard: 10_000)
        let lead = bench.pick(tiny: 0.3, standard: 5)
        let pairs = try await bench.interleaved {
            try await bench.withFile("floor") { try SQLiteFloor.fire($0, timers: count) }
        } engine: {
            try await Timers.lateness(bench, count: count, lead: lead) { _ in 0 }.percentile(1)
        }
        return [
            ReportRow(
                "timers-due",
                "\(count) timers due at once, all fired durably",
                unit: "ms",
                values: pairs.map(\.engine),
                floors: pairs.map(\.floor),
                goal: .atMost(1000),
                bound: "processor time per commit of a run",
                tried: InFlight.triedForRate
            )
        ]
    }
}

/// Runs that sleep.
private enum Timers {
    /// The first timer was due before the last one was armed.
    private struct ArmedTooLate: Error {}

    /// As below, in a new file; again with more time to arm them where the machine is slow.
    static func lateness(
        _ bench: Bench,
        count: Int,
        lead: Double,
        after: @escaping @Sendable (Int) -> Double
    ) async throws -> [Double] {
        for lead in [lead, 3 * lead, 9 * lead, 27 * lead] {
            do {
                return try await bench.withFile("engine") { path in
                    try await lateness(path, count: count, lead: lead, after: after)
                }
            } catch is ArmedTooLate { continue }
        }
        throw BenchError("arming \(count) timers takes longer than \(27 * lead) s")
    }

    /// Starts `count` runs that sleep until `lead` seconds from now and a while more. Returns how many milliseconds after
    /// its time each result was there.
    private static func lateness(
        _ path: String,
        count: Int,
        lead: Double,
        after: @escaping @Sendable (Int) -> Double
    ) async throws -> [Double] {
        try await EngineSession.with(path, maximumCachedRuns: 2 * count) { session in
            let client = session.client
            let first = SystemClock().now + .seconds(lead)
            return try await withThrowingTaskGroup(of: Double.self) { group in
                for number in 0..<count {
                    let due = first + .seconds(after(number))
                    group.addTask {
                        let run = try await armed(client, number, due)
                        guard SystemClock().now < first else { throw ArmedTooLate() }
                        _ = try await run.result()
                        return ProcessUsage.wallSeconds * 1000 - Double(due.milliseconds)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
    }

    private static func armed(
        _ client: WorkflowClient,
        _ number: Int,
        _ due: Timestamp
    ) async throws -> WorkflowHandle<SleepUntil> {
        try await client.start(SleepUntil.self, id: WorkflowID("t-\(number)"), input: due.milliseconds)
    }
}
