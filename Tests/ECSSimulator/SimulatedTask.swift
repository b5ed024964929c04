import Foundation
import Glibc
import Synchronization

/// One task: a real process, described as ECS would.
final class SimulatedTask: Sendable {
    private struct State {
        var looks = 0
        var exitCode: Int?
        var isStopped = false
        var stopReason: String?
    }

    let arn: String
    let request: ECSWire.RunTask
    private let cluster: String
    private let state = Mutex(State())
    private let child = Mutex<pid_t>(0)

    /// Starts the process.
    init(
        arn: String,
        cluster: String,
        request: ECSWire.RunTask,
        program: String,
        environment: [String: String]
    ) throws {
        self.arn = arn
        self.cluster = cluster
        self.request = request
        let process = Process()
        // Services ignore SIGTERM while they watch for it, and children inherit that.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["--default-signal=TERM", program]
        let overrides = request.overrides?.containerOverrides?.first?.environment ?? []
        process.environment = overrides.reduce(into: environment) { $0[$1.name] = $1.value }
        process.terminationHandler = { [weak self] ended in
            let code = ended.terminationReason == .exit ? ended.terminationStatus : 128 + ended.terminationStatus
            self?.state.withLock { ($0.isStopped, $0.exitCode) = (true, Int(code)) }
        }
        try process.run()
        child.withLock { $0 = process.processIdentifier }
    }

    private var identifier: pid_t { child.withLock { $0 } }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Asks the process to end, as ECS does: SIGTERM first.
    func stop(_ reason: String) {
        let isRunning = state.withLock { state in
            if !state.isStopped { state.stopReason = reason }
            return !state.isStopped
        }
        if isRunning { kill(identifier, SIGTERM) }
    }

    /// Ends the process without warning, as a lack of memory would.
    func destroy() {
        if !isStopped { kill(identifier, SIGKILL) }
    }

    /// PROVISIONING at first, also for a process that ended at once; then PENDING and RUNNING, and STOPPED when it has ended.
    func description() -> ECSWire.Task {
        state.withLock { state in
            state.looks += 1
            let isStopped = state.isStopped && state.looks > 1
            let status = isStopped ? "STOPPED" : ["PROVISIONING", "PENDING", "RUNNING"][min(state.looks, 3) - 1]
            let stopCode = state.stopReason == nil ? "EssentialContainerExited" : "UserInitiated"
            let name = request.overrides?.containerOverrides?.first?.name ?? "transcoder"
            return ECSWire.Task(
                taskArn: arn,
                clusterArn: cluster,
                taskDefinitionArn: request.taskDefinition,
                lastStatus: status,
                desiredStatus: isStopped || state.stopReason != nil ? "STOPPED" : "RUNNING",
                startedBy: request.startedBy,
                stopCode: isStopped ? stopCode : nil,
                stoppedReason: isStopped ? state.stopReason ?? "Essential container in task exited" : nil,
                containers: [.init(name: name, lastStatus: status, exitCode: isStopped ? state.exitCode : nil)]
            )
        }
    }
}
