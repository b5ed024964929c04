import CloudPeers
import DurableSQLite
import Foundation
import GRDB
import Glibc
import MizzoPlatform
import Synchronization
import WorkflowEngine
import WorkflowStore

/// One data folder with its database, opened by this process too; and the daemons that work on it.
final class Installation: Sendable {
    enum Program: String, CaseIterable, Sendable {
        case worker = "mizzo-worker"
        case api = "mizzo-api"
    }

    let folder: String
    let port: Int
    let platform: Platform
    private let daemons = Mutex<[DaemonProcess]>([])

    var ledger: String { folder + "/ledger" }
    var baseURL: String { "http://127.0.0.1:\(port)" }
    var store: any WorkflowStore { platform.workflows.store }
    /// Opens an installation for the time of `body`; afterwards no process is left, whatever happened.
    static func use(keepsFolder: Bool, _ body: (Installation) async throws -> Void) async throws {
        let installation = try await Installation()
        do {
            try await body(installation)
            await installation.close(keepsFolder: keepsFolder)
        } catch {
            await installation.close(keepsFolder: keepsFolder)
            throw error
        }
    }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("mizzo-kill-\(UUID().uuidString)").path
        port = try LocalPort.free()
        platform = try await Platform.open(
            PlatformConfiguration.read(
                flags: ["data": folder, "http.port": "\(port)"],
                file: nil,
                environment: [:],
                coreCount: 2
            )
        )
    }

    private func close(keepsFolder: Bool) async {
        for daemon in daemons.withLock({ $0 }) { daemon.destroy() }
        await platform.close()
        if keepsFolder {
            print("the data folder is \(folder)")
        } else {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// Starts a daemon with the configuration of this installation.
    func spawn(_ program: Program) throws -> DaemonProcess {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MIZZO_") }
        environment["KILL_TEST_FOLDER"] = folder
        let daemon = try DaemonProcess(
            program.rawValue,
            arguments: [
                "--data", folder, "--http-port", "\(port)", "--set", "worker.exercise-ledger=\(ledger)",
                "--set", "log.format=text",
            ],
            log: log(of: program),
            environment: environment
        )
        daemons.withLock { $0 = $0.filter { $0.poll() == nil } + [daemon] }
        return daemon
    }

    private func log(of program: Program) -> String { "\(folder)/\(program.rawValue).log" }

    /// The last lines of a daemon's log.
    func logTail(of program: Program, lines: Int = 15) -> String {
        let text = (try? String(contentsOfFile: log(of: program), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }

    /// Processes of this installation that are alive. Its folder is in their environment, in their arguments, or, when a
    /// sandbox hides both, among their mounts.
    func livingProcesses() throws -> [pid_t: String] {
        let name = String(folder.suffix(36))
        var found: [pid_t: String] = [:]
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let identifier = pid_t(entry), identifier != getpid() else { continue }
            let isOurs = ["cmdline", "environ", "mountinfo"].contains {
                text(of: "/proc/\(entry)/\($0)").contains(name)
            }
            if isOurs { found[identifier] = text(of: "/proc/\(entry)/cmdline") }
        }
        return found
    }

    private func text(of file: String) -> String {
        guard let data = FileManager.default.contents(atPath: file) else { return "" }
        return String(decoding: data.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
    }
}

extension Installation {
    /// One number from the database.
    func count(_ sql: String, _ arguments: any DatabaseValueConvertible & Sendable...) async throws -> Int {
        try await platform.database.read {
            try Int.fetchOne($0, sql: sql, arguments: StatementArguments(arguments)) ?? 0
        }
    }

    /// The rows of a query, each as one text.
    func rows(_ sql: String, _ arguments: any DatabaseValueConvertible & Sendable...) async throws -> [String] {
        try await platform.database.read { database in
            try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).map { row in
                row.map { "\($0)=\($1)" }.joined(separator: " ")
            }
        }
    }
}
