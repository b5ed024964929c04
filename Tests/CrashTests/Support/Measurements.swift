/// What the kills hit and how long restarts took.
struct Measurements: Sendable {
    /// What one moment hit.
    struct Moment: Sendable {
        let programs: [String]
        /// Every process that was to be killed was running.
        let hitRunning: Bool
        let openRuns: Int
        /// Attempts that ran in the worker that was killed.
        let runningAttempts: Int
    }

    var moments: [Moment] = []
    /// From spawn to an own row in the workers table.
    var registered: [Duration] = []
    /// From spawn until the dead predecessor is removed and its runs are owned.
    var working: [Duration] = []
    /// What the slowest of them took up last.
    private(set) var lastTaken: [String] = []
    /// From spawn to `GET /readyz` 200.
    var ready: [Duration] = []
    /// Processes killed again before they worked.
    var killedWhileStarting = 0
    /// Child processes that were still dying when their worker was dead already.
    var orphanedProcesses = 0

    /// - Parameter last: what was waited for last.
    mutating func add(
        _ program: Installation.Program,
        working time: Duration,
        registered: Duration?,
        last: [String]
    ) {
        guard program == .worker else { return ready.append(time) }
        if time > working.max() ?? .zero { lastTaken = last }
        working.append(time)
        self.registered.append(registered ?? time)
    }

    func share(where condition: (Moment) -> Bool) -> Double {
        moments.isEmpty ? 0 : Double(moments.count(where: condition)) / Double(moments.count)
    }

    var report: String {
        let attempts = moments.count { $0.runningAttempts > 0 }
        let counts = Dictionary(grouping: moments, by: { $0.programs.joined(separator: "+") }).mapValues(\.count)
        let programs = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let inFlight = moments.map(\.openRuns).sorted()
        return """
            kills: \(moments.count) (\(programs)), \(percent(share { $0.hitRunning })) hit running processes, \
            \(killedWhileStarting) processes were still starting
            runs in flight at a kill: \(inFlight.first ?? 0) to \(inFlight.last ?? 0), \
            at least 20 at \(percent(share { $0.openRuns >= 20 })); \
            \(attempts) kills hit a worker with running attempts (\(moments.reduce(0) { $0 + $1.runningAttempts }) attempts), \
            \(orphanedProcesses) child processes were caught dying after it
            restart, worker registered:  \(Statistics(registered))
            restart, worker took over:   \(Statistics(working))
            restart, API ready:          \(Statistics(ready))
            the slowest worker waited last for \(lastTaken.first ?? "its own start"), \(lastTaken.count) in all
            """
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

/// Order statistics of durations.
struct Statistics: CustomStringConvertible {
    private let sorted: [Duration]

    init(_ durations: [Duration]) { sorted = durations.sorted() }

    var maximum: Duration { sorted.last ?? .zero }

    func quantile(_ share: Double) -> Duration {
        sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var description: String {
        let values = [
            ("min", sorted.first ?? .zero), ("median", quantile(0.5)), ("p95", quantile(0.95)), ("max", maximum),
        ]
        let texts = values.map { "\($0) \(Int(($1 / .milliseconds(1)).rounded())) ms" }
        return texts.joined(separator: ", ") + " (n = \(sorted.count))"
    }
}
