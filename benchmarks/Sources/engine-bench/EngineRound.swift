import Foundation
import Glibc
import Synchronization
import WorkflowEngine

/// One measurement of the engine: a fresh database, a worker, `inFlight` clients that each start one workflow after the
/// other and wait for its result.
struct EngineRound {
    var rate: Double
    var p50: Double
    var p99: Double
    var cpuMicroseconds: Double
    var bytes: Double

    static func run(inFlight: Int, seconds: Double, directory: String) async throws -> EngineRound {
        let path = directory + "/engine-\(UUID().uuidString).sqlite"
        defer { remove(path) }
        let database = try await WorkflowDatabase.open(path: path)
        let configuration = WorkerConfiguration(
            activitySlots: [.default: max(16, inFlight)],
            maximumCachedRuns: 10_000,
            drainTimeout: .seconds(1)
        )
        let worker = Worker(
            database,
            configuration: configuration,
            workflows: [ThreeSteps.self],
            activities: [NextNumberActivity()]
        )
        let working = Task { try await worker.run() }
        let client = worker.client
        _ = try await client.start(ThreeSteps.self, id: "warm-up", input: 0).result()

        let cpuBefore = cpuSeconds()
        let started = ContinuousClock.now
        let latencies = try await load(client, inFlight: inFlight, until: started + .seconds(seconds))
        let elapsed = milliseconds(started.duration(to: .now)) / 1000
        let cpu = cpuSeconds() - cpuBefore
        let bytes = size(path)
        working.cancel()
        try await working.value

        let sorted = latencies.sorted()
        let count = Double(sorted.count)
        return EngineRound(
            rate: count / elapsed,
            p50: sorted[sorted.count / 2],
            p99: sorted[sorted.count * 99 / 100],
            cpuMicroseconds: cpu * 1e6 / count,
            bytes: bytes / count
        )
    }

    private static func load(
        _ client: WorkflowClient,
        inFlight: Int,
        until deadline: ContinuousClock.Instant
    ) async throws -> [Double] {
        try await withThrowingTaskGroup(of: [Double].self) { group in
            for lane in 0..<inFlight {
                group.addTask {
                    var latencies: [Double] = []
                    var round = 0
                    while ContinuousClock.now < deadline {
                        let begun = ContinuousClock.now
                        let run = try await client.start(
                            ThreeSteps.self,
                            id: WorkflowID("w-\(lane)-\(round)"),
                            input: round
                        )
                        _ = try await run.result()
                        latencies.append(milliseconds(begun.duration(to: .now)))
                        round += 1
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private static func size(_ path: String) -> Double {
        ["", "-wal"].reduce(0) { sum, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
            return sum + ((attributes?[.size] as? NSNumber)?.doubleValue ?? 0)
        }
    }

    private static func remove(_ path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let name = URL(fileURLWithPath: path).lastPathComponent
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        where file.hasPrefix(name) {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(file))
        }
    }
}
