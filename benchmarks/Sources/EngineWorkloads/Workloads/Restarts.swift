/// A process with 1 000 workflows in their second step is killed; another one finishes them.
struct KillAndRecover: Workload {
    let name = "recovery"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 20, standard: 1000)
        let pairs = try await bench.interleaved {
            try await floor(count, bench)
        } engine: {
            try await bench.withFile("recovery") { try await recover($0, count) }
        }
        return [
            ReportRow(
                "recovery",
                "kill -9 with \(count) pending, restart to all done",
                unit: "ms",
                values: pairs.map(\.engine.beyondStart),
                floors: pairs.map(\.floor),
                goal: .atMost(300),
                bound: "for each run, its lost attempt is ended, claimed with the run, and two steps committed",
                tried: "six units per run to three, 16 runs per read, ahead of flushes: each helped",
                details: ["with process start ms": Spread(pairs.map(\.engine.sinceSpawn)).median]
            )
        ]
    }

    private func recover(_ path: String, _ count: Int) async throws -> (beyondStart: Double, sinceSpawn: Double) {
        let victim = try ChildProcess(.hang, path: path, count: count)
        do { _ = try await victim.numbers(after: "ready") } catch {
            victim.kill()
            throw error
        }
        victim.kill()
        let successor = try ChildProcess(.resume, path: path, count: count)
        defer { successor.finish() }
        let done = try await successor.numbers(after: "done")
        return (done[0], (ProcessUsage.monotonicSeconds - successor.startedAt) * 1000)
    }

    /// Read all, and write the two steps that are left, all runs in one commit.
    private func floor(_ count: Int, _ bench: Bench) async throws -> Double {
        let reading = try await bench.withFile("floor") { path in
            try SQLiteFloor.seed(path, runs: count)
            return try SQLiteFloor.readOpen(path).milliseconds
        }
        let steps = try await SQLiteFloor.pattern(group: min(count, 1000), workflows: count, steps: 2, bench)
        return reading + Double(count) / steps.rate * 1000
    }
}

/// A process with 100 000 open runs was killed; another one starts, and one of the runs is signalled.
struct RestartWithOpenRuns: Workload {
    let name = "restart"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 200, standard: 100_000, full: 1_000_000)
        let path = try await bench.seeds.parked(count, bench)
        let pairs = try await bench.withFile("floor") { floorPath in
            try SQLiteFloor.seed(floorPath, runs: count)
            var number = 1
            return try await bench.interleaved(floor: { try SQLiteFloor.readOpen(floorPath).milliseconds }) {
                number += count / 20 + (count / 20 % 10 == 0 ? 1 : 0)
                return try await firstResult(path, number)
            }
        }
        return [
            ReportRow(
                "restart",
                "\(count) open runs, restart to the first running again",
                unit: "ms",
                values: pairs.map(\.engine),
                floors: pairs.map(\.floor),
                goal: .atMost(1000),
                bound: "each run in the dead worker's cache is freed",
                tried: "claiming only runs with work: 1.8 s before"
            )
        ]
    }

    private func firstResult(_ path: String, _ number: Int) async throws -> Double {
        let child = try ChildProcess(.wakeOne, path: path, count: number)
        defer { child.kill() }
        return try await child.numbers(after: "first")[0]
    }
}
