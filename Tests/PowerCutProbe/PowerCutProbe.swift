import DurableSQLite
import Glibc
import Logging
import PowerCutVFS
import WorkflowEngine

/// A process to be killed: a worker and clients on one database that loses what is not flushed.
///
/// It prints one line per acknowledgement, unbuffered: what a parent has read was acknowledged before.
@main
struct PowerCutProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let seed = UInt64(arguments[2]), let first = Int(arguments[3]),
            let synchronous = DurableDatabase.Synchronous(rawValue: arguments[4])
        else {
            print("usage: power-cut-probe DATABASE SEED FIRST-ID FULL|NORMAL")
            exit(64)
        }
        guard power_cut_install(seed, 20) == 0 else { exit(70) }
        let database = try await WorkflowDatabase.open(open(path: arguments[1], synchronous))
        let worker = Worker(
            database,
            configuration: WorkerConfiguration(activitySlots: [.default: 32]),
            workflows: [StepsAndSignal.self],
            activities: [AddOneActivity()],
            logger: Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            for lane in 0..<20 {
                group.addTask { try await Self.publish(worker.client, lane: lane, first: first) }
            }
            try await group.waitForAll()
        }
    }

    private static func open(path: String, _ synchronous: DurableDatabase.Synchronous) throws -> DurableDatabase {
        var configuration = DurableDatabase.Configuration(path: path)
        configuration.synchronous = synchronous
        // Smaller than usual: a cut has to come during a checkpoint, too.
        configuration.checkpointPages = 60
        configuration.logger.logLevel = .critical
        return try DurableDatabase.open(configuration)
    }

    /// Starts, signals and awaits one run after the other, until killed.
    private static func publish(_ client: WorkflowClient, lane: Int, first: Int) async throws {
        var number = first + lane
        while true {
            let run = try await client.start(StepsAndSignal.self, id: WorkflowID("run-\(number)"), input: number)
            say("started \(number)")
            try await run.signal(StepsAndSignal.bonus, 1_000)
            say("signalled \(number)")
            say("completed \(number) \(try await run.result())")
            number += 20
        }
    }

    private static func say(_ line: String) {
        let line = line + "\n"
        _ = write(STDOUT_FILENO, line, line.utf8.count)
    }
}
