import CSQLiteFloor

/// The floors in C, with errors; times in milliseconds, rates per second.
enum SQLiteFloor {
    struct Pattern: Sendable {
        var rate: Double
        var p50: Double
        var p99: Double
    }

    /// The durable-workflow pattern in a new file.
    static func pattern(group: Int, workflows: Int, steps: Int = 3, _ bench: Bench) async throws -> Pattern {
        try await bench.withFile("floor") { path in
            let groups = (workflows + group - 1) / group
            var times = [Double](repeating: 0, count: groups)
            let seconds = try check(
                sqlite_floor_run(path, Int32(groups * group), Int32(steps), Int32(group), &times)
            )
            return Pattern(
                rate: Double(groups * group) / seconds,
                p50: times.percentile(0.5) * 1000,
                p99: times.percentile(0.99) * 1000
            )
        }
    }

    /// Bytes of one more step of a workflow in the pattern.
    static func bytesPerStep(workflows: Int, _ bench: Bench) async throws -> Double {
        var bytes: [Double] = []
        for steps in [3, 13] {
            bytes += [
                try await bench.withFile("floor") { path in
                    let group = Int32(min(workflows, 100))
                    _ = try check(sqlite_floor_run(path, Int32(workflows), Int32(steps), group, nil))
                    return try Self.bytes(path)
                }
            ]
        }
        return (bytes[1] - bytes[0]) / Double(10 * workflows)
    }

    /// The bytes that a database uses, its log included: pages that are free do not count.
    static func bytes(_ path: String) throws -> Double { try check(Double(sqlite_floor_bytes(path))) }

    static func seed(_ path: String, runs: Int, events: Int = 8) throws {
        _ = try check(sqlite_floor_seed(path, Int32(runs), Int32(events)))
    }

    static func readOpen(_ path: String) throws -> (milliseconds: Double, rows: Int) {
        var rows: Int64 = 0
        return (try check(sqlite_floor_read_open(path, &rows)) * 1000, Int(rows))
    }

    static func list(_ path: String, runs: Int, pages: Int, limit: Int) throws -> [Double] {
        try times(pages) { sqlite_floor_list(path, Int32(runs), Int32(pages), Int32(limit), $0) }
    }

    static func fire(_ path: String, timers: Int) throws -> Double {
        try check(sqlite_floor_fire(path, Int32(timers), 512)) * 1000
    }

    static func lateness(_ path: String, timers: Int, seconds: Double) throws -> [Double] {
        try times(timers) { sqlite_floor_punctual(path, Int32(timers), seconds, $0) }
    }

    static func wake(_ path: String, rounds: Int) throws -> [Double] {
        try times(rounds) { sqlite_floor_wake(path, Int32(rounds), $0) }
    }

    private static func times(_ count: Int, _ body: (UnsafeMutablePointer<Double>?) -> Double) throws -> [Double] {
        var times = [Double](repeating: 0, count: count)
        _ = try check(times.withUnsafeMutableBufferPointer { body($0.baseAddress) })
        return times.map { $0 * 1000 }
    }

    private static func check(_ value: Double) throws -> Double {
        guard value >= 0 else { throw BenchError("the SQLite floor could not run: SQLite refused the file") }
        return value
    }
}
