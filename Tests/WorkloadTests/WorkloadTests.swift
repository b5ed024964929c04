import EngineWorkloads
import Foundation
import Testing

/// The benchmarks at toy size: that each still runs and says what it is to say. How fast is `make bench`'s business.
@Suite("Workloads of the benchmarks", .timeLimit(.minutes(5)))
struct WorkloadTests {
    private static let probe = Bundle.main.bundleURL.appendingPathComponent("workload-probe")

    @Test("every workload runs and measures something, and every goal has its row")
    func tiny() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("workloads-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let json = folder.appendingPathComponent("rows.json")

        let process = Process()
        process.executableURL = Self.probe
        process.arguments = ["--tiny", "--directory", folder.path, "--json", json.path]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)

        let rows = try JSONDecoder().decode([ReportRow].self, from: Data(contentsOf: json))
        for row in rows { #expect(row.value.median > 0 || row.name == "parked-memory", "\(row.name)") }
        for row in rows where row.goal != nil {
            #expect(!row.bound.isEmpty && !row.tried.isEmpty, "\(row.name) says what bounds it and what was tried")
        }
        #expect(Set(rows.filter { $0.goal != nil }.map(\.name)).isSuperset(of: Self.goals))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["rows.json"])
    }

    /// The rows that a goal is set for.
    private static let goals: Set = [
        "in-flight-1-p50", "in-flight-100-rate", "in-flight-100-p99", "in-flight-1000-rate", "loaded-rate",
        "timers-spread-p99", "timers-due", "parked-memory", "parked-memory-process", "cached-memory", "recovery",
        "restart", "replay-3", "bytes-per-step", "rss-idle", "rss-busy", "pick-up-p50", "list-p95", "transcode",
    ]
}
