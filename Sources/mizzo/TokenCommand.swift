import ArgumentParser
import MizzoPlatform

/// `mizzo token`: bearer tokens for the API.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Bearer tokens for the API.",
        subcommands: [TokenMintCommand.self]
    )
}

struct TokenMintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Print a bearer token of an existing user."
    )

    @OptionGroup var options: PlatformOptions
    @Option(help: "The user's id.")
    var user: String
    @Option(help: "How long the token is good for.")
    var hours: Int = 24

    func validate() throws {
        guard (1...8784).contains(hours) else { throw ValidationError("--hours: expected 1 to 8784") }
    }

    func run() async throws {
        try await Daemon.withPlatform(options) { platform in
            Daemon.say(try await platform.mintToken(user: user, lifetime: Double(hours) * 3600))
        }
    }
}
