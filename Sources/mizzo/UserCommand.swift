import ArgumentParser
import MizzoCatalog
import MizzoPlatform

/// `mizzo user`: who may use the API.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Users of the API.",
        subcommands: [UserAddCommand.self]
    )
}

struct UserAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Create a user, or change an existing one's role and name."
    )

    @OptionGroup var options: PlatformOptions
    @Argument(help: "The user's id.")
    var id: String
    @Option(help: "listener, artist or admin.")
    var role: Role
    @Option(help: "Shown to others; by default the id.")
    var name: String?

    func run() async throws {
        try await Daemon.withPlatform(options) { platform in
            try await platform.putUser(id, role: role, name: name ?? id)
            Daemon.say("\(id) is \(role.rawValue)")
        }
    }
}

extension Role: ExpressibleByArgument {}
