import ArgumentParser
import CSQLiteFloor
import Foundation
import Logging
import Synchronization
import WorkflowEngine

/// Three-step workflows per second, against the same rows written by plain C in the same run.
@main
struct EngineBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-bench",
        abstract: "Three-step workflows per second at several numbers in flight, and the SQLite floor in the same run."
    )

    @Option(help: "Seconds that each engine round aims at.")
    var seconds = 3.0
    @Option(help: "Rounds of floor and engine, interleaved; the median ratio is reported.")
    var rounds = 3
    @Option(help: "Numbers in flight.", transform: { text in text.split(separator: ",").compactMap { Int($0) } })
    var inFlight = [1, 100, 1000]
    @Option(help: "Directory for the database files; it decides which disk is measured.")
    var directory = FileManager.default.temporaryDirectory.path
    @Option(help: "Also write the results as JSON to this file.")
    var json: String?

    mutating func run() async throws {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
        print("three-step workflows, synchronous=FULL, every acknowledgement after its commit")
        print(Row.header)
        var rows: [Row] = []
        for number in inFlight {
            let row = try await measure(number)
            print(row.text)
            rows.append(row)
        }
        if let json { try JSONEncoder().encode(rows).write(to: URL(fileURLWithPath: json)) }
    }

    private func measure(_ number: Int) async throws -> Row {
        var pairs: [(floor: Double, engine: EngineRound)] = []
        for _ in 0..<rounds {
            let floor = try measureFloor(number)
            pairs.append((floor, try await EngineRound.run(inFlight: number, seconds: seconds, directory: directory)))
        }
        let median = pairs.sorted { $0.engine.rate / $0.floor < $1.engine.rate / $1.floor }[pairs.count / 2]
        let ratios = pairs.map { $0.engine.rate / $0.floor }
        return Row(
            inFlight: number,
            floor: median.floor,
            engine: median.engine.rate,
            ratio: median.engine.rate / median.floor,
            lowestRatio: ratios.min() ?? 0,
            highestRatio: ratios.max() ?? 0,
            p50Milliseconds: median.engine.p50,
            p99Milliseconds: median.engine.p99,
            cpuMicroseconds: median.engine.cpuMicroseconds,
            bytes: median.engine.bytes
        )
    }

    private func measureFloor(_ group: Int) throws -> Double {
        let path = directory + "/floor-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let count = group == 1 ? 1500 : max(10_000, group * 10)
        let taken = sqlite_floor_run(path, Int32(count), 3, Int32(min(group, 1024)))
        guard taken > 0 else { throw ValidationError("the SQLite floor could not run in \(directory)") }
        return Double(count) / taken
    }
}

/// One line of the report.
struct Row: Codable {
    var inFlight: Int
    var floor: Double
    var engine: Double
    var ratio: Double
    var lowestRatio: Double
    var highestRatio: Double
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    var cpuMicroseconds: Double
    var bytes: Double

    static let header =
        "in flight   floor wf/s   engine wf/s   ratio (min…max)      p50 ms   p99 ms   CPU us/wf   bytes/wf"

    var text: String {
        String(
            format: "%9d  %11.0f  %12.0f   %5.2f (%.2f…%.2f)   %7.2f  %7.2f   %9.0f   %8.0f",
            inFlight,
            floor,
            engine,
            ratio,
            lowestRatio,
            highestRatio,
            p50Milliseconds,
            p99Milliseconds,
            cpuMicroseconds,
            bytes
        )
    }
}
