import ArgumentParser
import WorkflowCore
import WorkflowStore

struct ResultCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Wait until a run has closed and print its result.",
        discussion: """
            The result is printed as JSON in every output format. The exit code says how the run ended: 0 completed, \
            20 failed, 21 cancelled, 22 terminated, 23 timed out, 24 still running (--no-wait), 75 --timeout passed.

            EXAMPLES:
              mizzo workflow result publish-track/7f3a
              mizzo workflow result publish-track/7f3a --timeout 60
              mizzo workflow result publish-track/7f3a --no-wait
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    @Flag(help: "Do not wait: exit 24 while the run is open.")
    var noWait = false

    @Option(help: ArgumentHelp("Give up waiting after this time; the run goes on.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0 && timeout < 1e9) {
            throw ValidationError("--timeout must be a positive number of seconds, got \(timeout).")
        }
    }

    func execute(_ context: CommandContext) async throws {
        let ticks = StoreTicks(context.store)
        defer { ticks.stop() }
        var run = try await context.run(workflow.target)
        if !run.status.isClosed {
            guard !noWait else {
                throw CommandFailure(
                    .stillRunning,
                    code: "workflow-running",
                    message: "workflow \"\(id)\" is still running. `mizzo workflow why \(id)` says what it waits for."
                )
            }
            run = try await closed(run, ticks, context)
        }
        try report(run, try await context.events(of: run.reference.key, from: run.nextEventID - 1).last, context)
    }

    private var id: String { workflow.id.shellQuoted }

    private func closed(_ run: RunRecord, _ ticks: StoreTicks, _ context: CommandContext) async throws -> RunRecord {
        let target = RunTarget(run.reference.workflowID, runID: run.reference.runID)
        return try await withThrowingTaskGroup(of: RunRecord?.self) { group in
            group.addTask {
                for await _ in ticks.ticks {
                    let run = try await context.run(target)
                    if run.status.isClosed { return run }
                }
                throw CancellationError()
            }
            if let timeout {
                group.addTask {
                    try await context.environment.sleep(.seconds(timeout))
                    return nil
                }
            }
            defer { group.cancelAll() }
            guard let run = try await group.next() ?? nil else {
                throw CommandFailure(
                    .temporary,
                    code: "wait-timed-out",
                    message: "workflow \"\(id)\" has not closed within \(timeout ?? 0) s; it goes on. Ask again later."
                )
            }
            return run
        }
    }

    private func report(_ run: RunRecord, _ last: HistoryEvent?, _ context: CommandContext) throws {
        switch last?.attributes {
        case .workflowExecutionCompleted(let completed): try context.write(JSONValue(completed.result))
        case .workflowExecutionFailed(let failed): throw ended(.workflowFailed, run, failed.failure.chainText)
        case .workflowExecutionCanceled: throw ended(.workflowCancelled, run, nil)
        case .workflowExecutionTerminated(let reason, let identity):
            throw ended(.workflowTerminated, run, "by \(identity)\(reason.isEmpty ? "" : ": \(reason)")")
        case .workflowExecutionTimedOut: throw ended(.workflowTimedOut, run, nil)
        default:
            throw CommandFailure(
                .damagedData,
                code: "history-not-valid",
                message: "workflow \"\(id)\" is \(run.status), but its history ends with "
                    + "\(last?.type.name ?? "nothing"). Check the file with `sqlite3 FILE 'PRAGMA integrity_check'`."
            )
        }
    }

    private func ended(_ exit: ExitStatus, _ run: RunRecord, _ reason: String?) -> CommandFailure {
        CommandFailure(
            exit,
            code: "workflow-\(run.status)",
            message: "workflow \"\(id)\" is \(run.status)\(reason.map { ": \($0)" } ?? "")"
        )
    }
}
