import ArgumentParser
import DurableSQLite
import MizzoPlatform
import OperatorCLI

/// The operator's program: see and steer workflows, run everything for development.
@main
struct Mizzo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mizzo",
        abstract: "Operates the Mizzo music platform.",
        subcommands: [
            DevCommand.self, WorkflowCommand.self, WorkerCommand.self, UserCommand.self, TokenCommand.self,
            QueueCommand.self,
        ]
    )

    static func main() async {
        let environment = OperatorEnvironment.live(
            openStore: { path in
                Daemon.bootstrapQuietLogging()
                return try await Platform.openStore(path: path)
            },
            explain: explain
        )
        await OperatorEnvironment.$current.withValue(environment) { await main(nil) }
    }

    /// Exit codes for what the database says.
    private static func explain(_ error: any Error) -> CommandFailure? {
        guard let failure = error as? DatabaseFailure ?? DatabaseFailure.damage(error) else { return nil }
        let exit: ExitStatus =
            switch failure.kind {
            case .databaseBusy, .storageFull, .commitFailed: .temporary
            case .databaseFailed: .damagedData
            case .openFailed, .databaseNewer, .databaseClosed, .inputOutputError, .lockUnavailable, .processLockHeld:
                .databaseUnavailable
            case .unitEndedTransaction, .wrongThread, .noteOutsideUnit: .internalError
            }
        return CommandFailure(exit, code: failure.code, message: failure.message)
    }
}
