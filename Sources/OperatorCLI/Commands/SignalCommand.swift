import ArgumentParser
import WorkflowCore
import WorkflowStore

struct SignalCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract: "Send a signal to a run.",
        discussion: """
            The signal is on disk when the command returns and is delivered in order, even if no worker lives now.

            EXAMPLES:
              mizzo workflow signal publish-track/7f3a --name review --input '{"approved":true}'
              mizzo workflow signal publish-track/7f3a --name registered --request-id r-17
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    @Option(help: "The signal's name.")
    var name: String

    @Option(help: ArgumentHelp("The value; leave it out for signals that carry none.", valueName: "json"))
    var input: InputJSON?

    @Option(help: ArgumentHelp("Sending again with the same id adds nothing.", valueName: "id"))
    var requestID = ""

    func validate() throws {
        guard (1...WorkflowID.maximumLength).contains(name.utf8.count) else {
            throw ValidationError("--name must have 1 to \(WorkflowID.maximumLength) bytes, got \(name.utf8.count).")
        }
    }

    func execute(_ context: CommandContext) async throws {
        let signal = WorkflowExecutionSignaled(
            signalName: name,
            input: input?.payload,
            identity: context.environment.identity,
            requestID: requestID
        )
        let outcome = try await context.store.signal(
            SignalRequest(target: workflow.target, signal: signal, now: context.now)
        )
        switch outcome {
        case .accepted(let run): try context.write(receipt: "signaled", run)
        case .duplicate(let run): try context.write(receipt: "duplicate", run)
        case .notFound:
            throw CommandFailure.workflowNotFound(
                workflow.target.workflowID,
                workflow.target.runID,
                database: context.database
            )
        case .closed(let run, let status):
            throw CommandFailure(
                .generic,
                code: "workflow-closed",
                message: "workflow \"\(run.workflowID)\" run \(run.runID) is \(status): it takes no more signals. "
                    + "Start it again, or signal another one."
            )
        }
    }
}
