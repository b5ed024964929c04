import ArgumentParser
import MizzoPlatform

/// The worker daemon: advances workflows, runs activities, takes upload events. Any number may share a database.
@main
struct MizzoWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mizzo-worker",
        abstract: "Advances workflows, transcodes tracks, makes lyrics."
    )

    @OptionGroup var options: PlatformOptions

    func run() async throws {
        try await Daemon.run(options) { try await $0.workerServices().services }
    }
}
