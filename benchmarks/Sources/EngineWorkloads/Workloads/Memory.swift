/// Memory per run that waits and was evicted, in a process of its own.
struct ParkedMemory: Workload {
    let name = "parked-memory"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 200, standard: 50_000, full: 1_000_000)
        let weight = try await weigh(.weighParked, count, bench)
        let perRun = ReportRow(
            "parked-memory",
            "memory per parked workflow, evicted, of \(count)",
            unit: "B",
            values: [max(0, weight[0])],
            goal: .atMost(1000),
            bound: "what is kept per run although it was evicted",
            tried: "time limits and timers of evicted runs are forgotten"
        )
        let whole = ReportRow(
            "parked-memory-process",
            "memory of a worker that parked \(count)",
            unit: "MB",
            values: [weight[1] / 1e6],
            goal: .atMost(200),
            bound: "what is kept per run although it was evicted",
            tried: "time limits and timers of evicted runs are forgotten",
            details: ["peak MB": weight[2] / 1e6]
        )
        return [perRun, whole]
    }
}

/// Memory per run that waits and stays loaded, in a process of its own.
struct CachedMemory: Workload {
    let name = "cached-memory"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 200, standard: 20_000)
        let weight = try await weigh(.weighCached, count, bench)
        return [
            ReportRow(
                "cached-memory",
                "memory per suspended workflow in the cache",
                unit: "B",
                values: [weight[0]],
                goal: .atMost(8000),
                bound: "the run's task, executor and machine",
                tried: "nothing: the goal was met from the start"
            )
        ]
    }
}

private func weigh(_ role: ChildRole, _ count: Int, _ bench: Bench) async throws -> [Double] {
    try await bench.withFile("weight") { path in
        let child = try ChildProcess(role, path: path, count: count)
        defer { child.finish() }
        return try await child.numbers(after: "weight")
    }
}

/// Memory of a worker's process, idle and with 100 workflows in flight.
struct ResidentMemory: Workload {
    let name = "rss"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        var idle: [Double] = []
        var busy: [Double] = []
        for _ in 0..<bench.rounds {
            try await bench.withFile("rss") { path in
                let child = try ChildProcess(.weighItself, path: path, count: Int(bench.seconds * 1000))
                defer { child.finish() }
                idle += try await child.numbers(after: "idle")
                busy += try await child.numbers(after: "busy")
            }
        }
        return rows(idle: idle, busy: busy)
    }

    private func rows(idle: [Double], busy: [Double]) -> [ReportRow] {
        [
            ReportRow(
                "rss-idle",
                "memory of an idle worker",
                unit: "MB",
                values: idle.map { $0 / 1e6 },
                goal: .atMost(25),
                bound: "pages of the program and its libraries",
                tried: "static linking by lld and packed relocations: 30 MB before"
            ),
            ReportRow(
                "rss-busy",
                "memory with 100 in flight, peak",
                unit: "MB",
                values: busy.map { $0 / 1e6 },
                goal: .atMost(40),
                bound: "pages of the program, and the caches of five SQLite connections",
                tried: "static linking and packed relocations, as for the idle worker"
            ),
        ]
    }
}
