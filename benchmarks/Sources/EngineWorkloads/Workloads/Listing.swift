import WorkflowEngine

/// Pages of a hundred runs by status and type, from anywhere in a file of many.
struct Listing: Workload {
    let name = "list"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 200, standard: 100_000, full: 1_000_000)
        let (path, pages) = (try await bench.seeds.parked(count, bench), bench.pick(tiny: 20, standard: 500))
        let pairs = try await bench.withFile("floor") { floorPath in
            try SQLiteFloor.seed(floorPath, runs: count, events: 1)
            return try await bench.interleaved {
                try SQLiteFloor.list(floorPath, runs: count, pages: pages, limit: 100)
            } engine: {
                try await EngineSession.withDatabase(path) { try await Self.times($0, runs: count, pages: pages) }
            }
        }
        return [
            ReportRow(
                "list-p95",
                "list by status and type among \(count) runs, p95",
                unit: "ms",
                values: pairs.map { $0.engine.percentile(0.95) },
                floors: pairs.map { $0.floor.percentile(0.95) },
                goal: .atMost(50),
                bound: "one look-up per run and one per its inbox",
                tried: "an index by status and type that is read in order",
                details: ["p50 ms": Spread(pairs.map { $0.engine.percentile(0.5) }).median]
            )
        ]
    }

    /// Milliseconds of each page.
    static func times(_ database: WorkflowDatabase, runs: Int, pages: Int) async throws -> [Double] {
        let filters = [
            RunFilter(statuses: [.running], workflowType: Parked.name),
            RunFilter(statuses: [.running], workflowType: ParkedElsewhere.name),
            RunFilter(statuses: [.completed], workflowType: ThreeSteps.name), RunFilter(statuses: [.running]),
            RunFilter(workflowType: Parked.name),
        ]
        var random = SystemRandomNumberGenerator()
        var times: [Double] = []
        for page in 0..<pages {
            var filter = filters[page % filters.count]
            filter.before = RunKey(Int64.random(in: 1...Int64(runs), using: &random))
            let begun = ContinuousClock.now
            _ = try await database.store.runs(filter)
            times.append(begun.duration(to: .now).milliseconds)
        }
        return times
    }
}
