import ArgumentParser
import WorkflowCore
import WorkflowStore

struct TerminateCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminate",
        abstract: "End a run at once; none of its code runs any more.",
        discussion: """
            Asks before it acts; without a terminal it needs --yes. To let the workflow clean up: cancel.

            EXAMPLES:
              mizzo workflow terminate publish-track/7f3a --reason 'started by mistake'
              mizzo workflow terminate publish-track/7f3a --reason 'started by mistake' --yes
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    @Option(help: "Why; the history keeps it.")
    var reason: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func execute(_ context: CommandContext) async throws {
        if !yes { try await confirm(context) }
        let outcome = try await context.store.terminate(
            TerminateRequest(
                target: workflow.target,
                reason: reason,
                identity: context.environment.identity,
                now: context.now
            )
        )
        try context.report(outcome, done: "terminated", target: workflow.target)
    }

    private func confirm(_ context: CommandContext) async throws {
        guard context.environment.terminal.isInputTTY else {
            throw CommandFailure.invalidArgument(
                "terminating ends the run without cleaning up, and nobody can be asked here. Pass --yes."
            )
        }
        let run = try await context.run(workflow.target)
        context.environment.output.writeMessage(
            "Terminate \(run.reference.workflowID.rawValue.printable) (\(run.workflowType.printable), "
                + "\(run.statusWord), run \(run.reference.runID))? [y/N] "
        )
        let answer = context.environment.output.readAnswer()?.lowercased()
        guard answer == "y" || answer == "yes" else {
            throw CommandFailure(.generic, code: "not-confirmed", message: "nothing was changed.")
        }
    }
}
