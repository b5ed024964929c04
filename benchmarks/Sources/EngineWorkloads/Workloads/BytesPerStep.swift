import WorkflowEngine

/// Bytes that one more step adds to the file, payloads being tiny: pages in use, without the log's copies of them.
struct BytesPerStep: Workload {
    let name = "bytes-per-step"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let count = bench.pick(tiny: 20, standard: 2000)
        let short = try await bytes(steps: 3, count, bench)
        let long = try await bytes(steps: 13, count, bench)
        return [
            ReportRow(
                "bytes-per-step",
                "bytes per step on disk",
                unit: "B",
                values: [(long - short) / Double(10 * count)],
                floors: [try await SQLiteFloor.bytesPerStep(workflows: count, bench)],
                goal: .atMost(200),
                bound: "six events per step in Temporal's encoding",
                tried: "tasks in their run's row, no rows for what the history tells, shorter events: each helped",
                details: ["bytes/wf of three steps": short / Double(count)]
            )
        ]
    }

    private func bytes(steps: Int, _ count: Int, _ bench: Bench) async throws -> Double {
        try await bench.withFile("bytes") { path in
            try await EngineSession.with(path, slots: 200) { session in
                let empty = try SQLiteFloor.bytes(path)
                let client = session.client
                try await forEach(count, inFlight: 200) { number in
                    let id = "w-\(number)"
                    _ = try await client.start(ManySteps.self, id: WorkflowID(id), input: steps).result()
                }
                return try SQLiteFloor.bytes(path) - empty
            }
        }
    }
}
