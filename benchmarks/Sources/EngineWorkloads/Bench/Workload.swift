/// Something whose cost is measured. One small type each; `--only` selects by name.
protocol Workload: Sendable {
    /// The name it is selected by.
    var name: String { get }
    /// Measures, and returns a row for each thing that was.
    func measure(_ bench: Bench) async throws -> [ReportRow]
}

/// All workloads, in the order of the report.
enum Workloads {
    static let all: [any Workload] = [
        InFlight(count: 1), InFlight(count: 10), InFlight(count: 100), InFlight(count: 1000), LoadedMachine(),
        TimersOverTime(), TimersAtOnce(), ParkedMemory(), CachedMemory(), KillAndRecover(), RestartWithOpenRuns(),
        Replay(), BytesPerStep(), ResidentMemory(), PickUp(), Listing(), Transcode(), ScaleOfRuns(), ScaleOfHistory(),
    ]
}
