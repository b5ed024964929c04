import WorkflowEngine

/// One process starts runs, another one's worker takes them up: from the call of `start` until the code runs there.
struct PickUp: Workload {
    let name = "pick-up"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 10, standard: 200)
        let pairs = try await bench.interleaved {
            try await bench.withFile("floor") { try SQLiteFloor.wake($0, rounds: count) }
        } engine: {
            try await bench.withFile("pick-up") { try await latencies($0, count) }
        }
        return [
            ReportRow(
                "pick-up-p50",
                "start in one process to code running in another, p50",
                unit: "ms",
                values: pairs.map { $0.engine.percentile(0.5) },
                floors: pairs.map { $0.floor.percentile(0.5) },
                goal: .atMost(3),
                bound: "two commits, the doorbell between the processes, and six changes of threads",
                tried: "a claim that brings what the code needs: 3.4 ms before",
                details: ["p99 ms": Spread(pairs.map { $0.engine.percentile(0.99) }).median]
            )
        ]
    }

    private func latencies(_ path: String, _ count: Int) async throws -> [Double] {
        try await EngineSession.withDatabase(path) { try await latencies(WorkflowClient($0), path, count) }
    }

    private func latencies(_ client: WorkflowClient, _ path: String, _ count: Int) async throws -> [Double] {
        let child = try ChildProcess(.serve, path: path)
        defer { child.finish() }
        _ = try await child.numbers(after: "ready")
        var latencies: [Double] = []
        for number in 0..<count {
            let before = ProcessUsage.monotonicSeconds
            try await client.start(ServingChild.Telling.self, id: WorkflowID("p-\(number)"), input: number)
            latencies.append((try await child.numbers(after: "run")[0] - before) * 1000)
            // Its end is written meanwhile: the next start finds both processes at rest.
            try await Task.sleep(for: .milliseconds(5))
        }
        return latencies
    }
}
