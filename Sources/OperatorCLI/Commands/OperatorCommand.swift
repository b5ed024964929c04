import ArgumentParser
import WorkflowCore
import WorkflowStore

/// A command that works on the store: opens it, runs, and turns errors into messages and exit codes.
protocol OperatorCommand: AsyncParsableCommand {
    var common: CommonOptions { get }
    func execute(_ context: CommandContext) async throws
}

extension OperatorCommand {
    func run() async throws {
        let environment = OperatorEnvironment.current
        do {
            try await execute(await CommandContext(common, environment))
        } catch is BrokenPipe {
            throw ExitStatus.brokenPipe.exitCode
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = CommandFailure(error, explain: environment.explain)
            environment.output.writeMessage("error: \(failure.description.printable)\n")
            throw failure.exit.exitCode
        }
    }
}

/// Names one run: a workflow id's latest run, or a certain one.
struct RunArguments: ParsableArguments, Sendable {
    @Argument(help: "The workflow's id.")
    var id: String

    @Option(help: ArgumentHelp("A certain run; by default the latest of the id.", valueName: "run-id"))
    var runID: String?

    var target: RunTarget { RunTarget(WorkflowID(id), runID: runID.map { RunID($0) }) }
}
