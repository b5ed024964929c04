import WorkflowEngine

/// Says how many bytes of memory something takes.
enum WeighingChild {
    /// Says `weight` with the bytes per parked run, and with those of the whole process at its end.
    static func weigh(_ path: String, _ count: Int, maximumCachedRuns: Int) async throws {
        let first = min(count, 2000)
        try await EngineSession.with(path, maximumCachedRuns: maximumCachedRuns) { session in
            try await start(session.client, numbers: 0..<first)
            let before = ProcessUsage.residentBytes
            try await start(session.client, numbers: first..<first + count)
            let after = ProcessUsage.residentBytes
            say("weight \((after - before) / Double(count)) \(after) \(ProcessUsage.peakBytes)")
        }
    }

    /// A few hundred at a time, so that no more than these are loaded and not yet evictable.
    private static func start(_ client: WorkflowClient, numbers: Range<Int>) async throws {
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 500) {
            let batch = first..<min(first + 500, numbers.upperBound)
            try await forEach(batch.count, inFlight: 100) { number in
                try await client.start(Waiting.self, id: WorkflowID("w-\(first + number)"), input: 0)
            }
            try await Waiting.reached.reaches(batch.upperBound)
        }
        // Commits and evictions of the last ones.
        try await Task.sleep(for: .milliseconds(300))
    }

    /// Says `idle` with the resident bytes of a worker without work, then `busy` with the most at 100 in flight.
    static func weighItself(_ path: String, milliseconds: Int) async throws {
        try await EngineSession.with(path) { session in
            try await Task.sleep(for: .milliseconds(min(milliseconds, 500)))
            say("idle \(ProcessUsage.residentBytes)")
            let load = try await Load.run(inFlight: 100, for: .milliseconds(milliseconds), in: session, at: path)
            say("busy \(load.peakBytes)")
        }
    }
}
