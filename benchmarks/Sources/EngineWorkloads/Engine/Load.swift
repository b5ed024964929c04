import WorkflowEngine

/// Three-step workflows by a number of clients that each start one after the other and wait for its result.
struct Load: Sendable {
    var rate: Double
    var p50: Double
    var p99: Double
    var cpuMicroseconds: Double
    var bytes: Double
    var peakBytes: Double

    /// Measures in a new file.
    static func run(inFlight: Int, _ bench: Bench) async throws -> Load {
        try await bench.withFile("engine") { path in
            try await EngineSession.with(path, slots: max(16, inFlight)) { session in
                _ = try await session.client.start(ThreeSteps.self, id: "warm-up", input: 0).result()
                return try await run(inFlight: inFlight, for: .seconds(bench.seconds), in: session, at: path)
            }
        }
    }

    /// Measures in an open file; latencies are milliseconds from the call of `start` to the result.
    static func run(
        inFlight: Int,
        for duration: Duration,
        in session: EngineSession,
        at path: String
    ) async throws -> Load {
        ProcessUsage.forgetPeak()
        let (cpuBefore, bytesBefore) = (ProcessUsage.cpuSeconds, try SQLiteFloor.bytes(path))
        let started = ContinuousClock.now
        let latencies = try await latencies(session.client, inFlight, until: started + duration)
        let seconds = started.duration(to: .now).milliseconds / 1000
        let count = Double(latencies.count)
        return Load(
            rate: count / seconds,
            p50: latencies.percentile(0.5),
            p99: latencies.percentile(0.99),
            cpuMicroseconds: (ProcessUsage.cpuSeconds - cpuBefore) * 1e6 / count,
            bytes: (try SQLiteFloor.bytes(path) - bytesBefore) / count,
            peakBytes: ProcessUsage.peakBytes
        )
    }

    private static func latencies(
        _ client: WorkflowClient,
        _ inFlight: Int,
        until deadline: ContinuousClock.Instant
    ) async throws -> [Double] {
        try await withThrowingTaskGroup(of: [Double].self) { group in
            for lane in 0..<inFlight { group.addTask { try await Self.lane(lane, client, until: deadline) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func lane(
        _ lane: Int,
        _ client: WorkflowClient,
        until deadline: ContinuousClock.Instant
    ) async throws -> [Double] {
        var latencies: [Double] = []
        repeat {
            let begun = ContinuousClock.now
            let id = WorkflowID("w-\(lane)-\(latencies.count)")
            _ = try await client.start(ThreeSteps.self, id: id, input: lane).result()
            latencies.append(begun.duration(to: .now).milliseconds)
        } while ContinuousClock.now < deadline
        return latencies
    }
}

/// Does something for every number below `count`, a certain number of them at a time.
func forEach(
    _ count: Int,
    inFlight: Int,
    _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 0..<min(inFlight, count) {
            group.addTask { for number in stride(from: lane, to: count, by: inFlight) { try await body(number) } }
        }
        try await group.waitForAll()
    }
}
