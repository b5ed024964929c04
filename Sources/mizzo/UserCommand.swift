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

    func validate() throws {
        let fits = (1...255).contains(id.unicodeScalars.count)
        guard fits, id.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }),
            !id.allSatisfy(\.isWhitespace)
        else {
            throw ValidationError("a user's id is 1 to 255 characters, not only blanks, without control characters.")
        }
    }

    func run() async throws {
        try await Daemon.withPlatform(options) { platform in
            try await platform.putUser(id, role: role, name: name ?? id)
            Daemon.say("\(id) is \(role.rawValue)")
        }
    }
}

extension Role: ExpressibleByArgument {}
