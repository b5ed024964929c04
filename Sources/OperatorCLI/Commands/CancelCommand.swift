import ArgumentParser
import WorkflowCore
import WorkflowStore

struct CancelCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Ask a run to cancel itself.",
        discussion: """
            The workflow's code decides what follows, and may clean up first. To end a run at once: terminate.

            EXAMPLES:
              mizzo workflow cancel publish-track/7f3a --reason 'withdrawn by the artist'
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    @Option(help: "Why; the history keeps it.")
    var reason = ""

    func execute(_ context: CommandContext) async throws {
        let outcome = try await context.store.requestCancel(
            CancelRequest(
                target: workflow.target,
                cause: reason,
                identity: context.environment.identity,
                now: context.now
            )
        )
        try context.report(outcome, done: "cancel-requested", target: workflow.target)
    }
}

extension CommandContext {
    /// The answer to a cancellation or termination; a run that has closed is no error.
    func report(_ outcome: CancelOutcome, done: String, target: RunTarget) throws {
        switch outcome {
        case .accepted(let run): try write(receipt: done, run)
        case .noEffect(let run, let status):
            try write(receipt: "no-effect", run)
            note(status.isClosed ? "the run is already \(status)" : "the run was asked before")
        case .notFound: throw CommandFailure.workflowNotFound(target.workflowID, target.runID, database: database)
        }
    }
}
