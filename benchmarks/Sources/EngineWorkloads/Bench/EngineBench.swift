import ArgumentParser
import Foundation
import Logging
import WorkflowEngine

/// The program `engine-bench`: reads the arguments of the process, measures, prints.
public enum EngineBench {
    /// Runs it, and ends the process with an error's status when it fails.
    public static func run() async {
        // As the daemons do.
        ProcessMemory.keepFreed()
        await EngineBenchCommand.main()
    }
}

/// Measures the engine next to its floors.
struct EngineBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-bench",
        abstract: "The engine's speed, size and memory, each next to what plain C or ffmpeg reaches in the same run.",
        subcommands: [RunWorkloads.self, RunChild.self],
        defaultSubcommand: RunWorkloads.self
    )
}

/// Measures workloads and prints the table.
struct RunWorkloads: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Measure workloads (the default).")

    @Option(help: "Only these workloads, separated by commas; `--list` names them.")
    var only = ""
    @Flag(help: "Name the workloads and end.")
    var list = false
    @Flag(help: "Every workload in a moment: to see that it works.")
    var tiny = false
    @Flag(help: "Also with a million runs; takes half an hour.")
    var full = false
    @Option(help: "Seconds of one throughput round.")
    var seconds: Double?
    @Option(help: "Rounds of floor and engine, interleaved; medians are reported.")
    var rounds: Int?
    @Option(help: "Directory for the database files; it decides which disk is measured.")
    var directory = FileManager.default.temporaryDirectory.path
    @Option(help: "Also write the rows as JSON to this file.")
    var json: String?

    func validate() throws {
        let names = Set(Workloads.all.map(\.name))
        guard let unknown = wanted.first(where: { !names.contains($0) }) else { return }
        throw ValidationError("there is no workload \"\(unknown)\"; `--list` names them")
    }

    func run() async throws {
        Self.silenceLogs()
        if list { return print(Workloads.all.map(\.name).joined(separator: "\n")) }
        let bench = makeBench()
        defer { bench.seeds.removeAll() }
        var rows: [ReportRow] = []
        say(Report.header)
        for workload in Workloads.all where wanted.isEmpty || wanted.contains(workload.name) {
            for row in try await workload.measure(bench) {
                say(Report.text(row))
                rows.append(row)
            }
        }
        if let json { try write(rows, to: json) }
    }

    private var wanted: [String] { only.split(separator: ",").map(String.init) }

    private func makeBench() -> Bench {
        Bench(
            size: tiny ? .tiny : full ? .full : .standard,
            seconds: seconds ?? (tiny ? 0.05 : 2),
            rounds: rounds ?? (tiny ? 1 : 3),
            directory: directory
        )
    }

    private func write(_ rows: [ReportRow], to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(fileURLWithPath: path))
    }

    /// Errors only, to the error output.
    static func silenceLogs() {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
    }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
