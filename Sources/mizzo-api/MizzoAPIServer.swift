import ArgumentParser
import MizzoPlatform

/// The API daemon: HTTP routes and the embedded object store.
@main
struct MizzoAPIServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mizzo-api",
        abstract: "Serves the HTTP API and the embedded object store."
    )

    @OptionGroup var options: PlatformOptions

    func run() async throws {
        try await Daemon.run(options) { try await $0.apiServices() }
    }
}
