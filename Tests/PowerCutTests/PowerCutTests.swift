import DurableSQLite
import Foundation
import GRDB
import Logging
import Testing
import WorkflowCore
import WorkflowEngine

@testable import power_cut_probe

@Suite("Power cuts")
struct PowerCutTests {
    @Test("whatever was acknowledged before a power cut is there after it, in a sound file, and every run finishes")
    func nothingIsLost() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the power cuts: \(seed)")
        let bench = try PowerCutBench(seed: seed)
        for cut in 0..<8 {
            try bench.runUntilCut(cut, synchronous: .full)
            let lost = try await bench.lost()
            #expect(lost.isEmpty, "cut \(cut) of seed \(seed) lost \(lost.sorted().prefix(5))")
            #expect(try await bench.integrity() == "ok", "cut \(cut) of seed \(seed)")
        }
        #expect(bench.acknowledged.count > 100, "too little was acknowledged to prove anything")
        try await bench.finishAll()
    }

    @Test("without flushes one of as many cuts loses acknowledged work: the test can fail")
    func control() async throws {
        // A cut right after a checkpoint, which flushes, loses nothing.
        for seed in 1...8 {
            let bench = try PowerCutBench(seed: UInt64(seed))
            try bench.runUntilCut(0, synchronous: .unsafeNormal)
            // What little reached the disk may be no database at all.
            let lost = (try? await bench.lost()) ?? bench.acknowledged
            if !lost.isEmpty { return }
        }
        Issue.record("eight cuts without flushes lost nothing")
    }
}

/// One database that goes through several power cuts, and what was acknowledged before them.
private final class PowerCutBench {
    private let directory: URL
    private let seed: UInt64
    private var random: SeededGenerator
    private(set) var acknowledged: Set<String> = []
    private var path: String { directory.appendingPathComponent("runs.sqlite").path }

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("power-cut-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    /// Runs the probe until it has acknowledged a random number of things, and cuts its power.
    func runUntilCut(_ cut: Int, synchronous: DurableDatabase.Synchronous) throws {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let probe = URL(fileURLWithPath: program).deletingLastPathComponent().appendingPathComponent("power-cut-probe")
        let (process, output) = (Process(), Pipe())
        process.executableURL = probe
        process.arguments = [path, "\(seed &+ UInt64(cut))", "\(cut * 1_000_000)", synchronous.rawValue]
        process.standardOutput = output
        try process.run()
        var text = Data()
        var lines = Int.random(in: 20...400, using: &random)
        while lines > 0 {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "the probe ended by itself")
            text.append(data)
            lines -= data.count { $0 == 10 }
        }
        kill(process.processIdentifier, SIGKILL)
        text.append(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        // The last line may be cut short: nobody has read it.
        let whole = text.prefix(upTo: text.lastIndex(of: 10).map { $0 + 1 } ?? text.startIndex)
        acknowledged.formUnion(String(decoding: whole, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    /// The acknowledgements of which the database knows nothing.
    func lost() async throws -> Set<String> {
        let database = try open()
        defer { database.close() }
        let known = try await Self.known(to: WorkflowDatabase.open(database), acknowledged)
        return acknowledged.subtracting(known)
    }

    private static func known(to database: WorkflowDatabase, _ lines: Set<String>) async throws -> Set<String> {
        let client = WorkflowClient(database)
        var known: Set<String> = []
        for line in lines {
            let words = line.split(separator: " ")
            let run = client.handle(StepsAndSignal.self, id: WorkflowID("run-\(words[1])"))
            if try await run.isKnown(to: words) { known.insert(line) }
        }
        return known
    }

    func integrity() async throws -> String? {
        let database = try open()
        defer { database.close() }
        return try await database.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }

    /// A worker without any faults completes what the cuts have left.
    func finishAll() async throws {
        let database = try open()
        defer { database.close() }
        let workflows = try await WorkflowDatabase.open(database)
        let worker = Worker(
            workflows,
            workflows: [StepsAndSignal.self],
            activities: [AddOneActivity()],
            logger: Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() }
        )
        let signalled = acknowledged.filter { $0.hasPrefix("signalled") }.compactMap { $0.split(separator: " ").last }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            for number in signalled.compactMap({ Int($0) }) {
                let run = worker.client.handle(StepsAndSignal.self, id: WorkflowID("run-\(number)"))
                let result = try await run.result()
                #expect(result == number + 1_003)
            }
            group.cancelAll()
        }
    }

    private func open() throws -> DurableDatabase {
        var configuration = DurableDatabase.Configuration(path: path)
        configuration.logger.logLevel = .critical
        return try DurableDatabase.open(configuration)
    }
}

extension WorkflowHandle<StepsAndSignal> {
    /// Whether the run is as far as the words of an acknowledgement say.
    fileprivate func isKnown(to words: [Substring]) async throws -> Bool {
        guard let history = try? await history() else { return false }
        switch words[0] {
        case "started": return !history.isEmpty
        case "completed":
            guard try await status == .completed else { return false }
            return try await String(result()) == words[2]
        default:
            // A signal is in the inbox until an activation takes it into the history.
            let isRecorded = history.contains { $0.type == .workflowExecutionSignaled }
            return try await isRecorded ? true : record().inboxCount > 0
        }
    }
}
