/// Three-step workflows with a number of them in flight, against the pattern in C with as many per commit.
struct InFlight: Workload {
    let count: Int
    var name: String { "in-flight-\(count)" }

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let pairs = try await bench.interleaved {
            try await SQLiteFloor.pattern(group: count, workflows: floorWorkflows(bench), bench)
        } engine: {
            try await Load.run(inFlight: count, bench)
        }
        return rows(pairs)
    }

    private func floorWorkflows(_ bench: Bench) -> Int {
        bench.pick(tiny: count, standard: count == 1 ? 1500 : max(10_000, count * 10))
    }

    private func rows(_ pairs: [(floor: SQLiteFloor.Pattern, engine: Load)]) -> [ReportRow] {
        let floors = pairs.map(\.floor)
        let loads = pairs.map(\.engine)
        let rate = ReportRow(
            "\(name)-rate",
            "three-step workflows, \(count) in flight",
            unit: "wf/s",
            values: loads.map(\.rate),
            floors: floors.map(\.rate),
            goal: count < 100 ? nil : .ratioAtLeast(0.5),
            bound: "processor time per commit of a run, in a profile without peaks",
            tried: Self.triedForRate,
            details: Self.details(loads)
        )
        guard count == 1 || count == 100 else { return [rate] }
        return [rate, count == 1 ? latency(floors, loads) : tail(floors, loads)]
    }

    static let triedForRate = """
        flushes beside the writer, tasks in their run's row, no rows for what the history tells, shorter events: each helped; \
        larger groups, more groups ahead, other caches of malloc: no gain; another malloc: a tenth, for 2 MB when idle
        """

    static func details(_ loads: [Load]) -> [String: Double] {
        func median(_ value: (Load) -> Double) -> Double { Spread(loads.map(value)).median }
        return [
            "p50 ms": median(\.p50), "p99 ms": median(\.p99), "CPU us/wf": median(\.cpuMicroseconds),
            "bytes/wf": median(\.bytes), "peak MB": median(\.peakBytes) / 1e6,
        ]
    }

    private func latency(_ floors: [SQLiteFloor.Pattern], _ loads: [Load]) -> ReportRow {
        ReportRow(
            "\(name)-p50",
            "one at a time, start to done, p50",
            unit: "ms",
            values: loads.map(\.p50),
            floors: floors.map(\.p50),
            goal: .ratioAtMost(1.5),
            bound: "four commits one after the other (the floor: five), by cores that have slept before each",
            tried: "start and first activation in one commit, commits by the engine's thread when alone: helped"
        )
    }

    private func tail(_ floors: [SQLiteFloor.Pattern], _ loads: [Load]) -> ReportRow {
        ReportRow(
            "\(name)-p99",
            "\(count) in flight, p99",
            unit: "ms",
            values: loads.map(\.p99),
            floors: floors.map(\.p99),
            goal: .atMost(25),
            bound: "the rate: \(count) divided by it is the mean",
            tried: "what was tried for the rate"
        )
    }
}

/// The same with both cores busy: two processes of our own compute all the time, beside the floor too.
struct LoadedMachine: Workload {
    let name = "loaded"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let spinners = try (0..<2).map { _ in try ChildProcess(.spin, path: "") }
        defer { for spinner in spinners { spinner.kill() } }
        let workflows = bench.pick(tiny: 100, standard: 10_000)
        let pairs = try await bench.interleaved {
            try await SQLiteFloor.pattern(group: 100, workflows: workflows, bench)
        } engine: {
            try await Load.run(inFlight: 100, bench)
        }
        return [
            ReportRow(
                "loaded-rate",
                "two busy processes beside it, 100 in flight",
                unit: "wf/s",
                values: pairs.map(\.engine.rate),
                floors: pairs.map(\.floor.rate),
                goal: .ratioAtLeast(0.5),
                bound: "processor time per commit, of which half a machine is left",
                tried: InFlight.triedForRate,
                details: InFlight.details(pairs.map(\.engine))
            )
        ]
    }
}
