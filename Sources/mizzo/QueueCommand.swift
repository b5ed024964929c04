import ArgumentParser
import CloudServices
import MizzoPlatform

/// `mizzo queue`: the queue of upload events.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "The queue of upload events.",
        subcommands: [DeadLettersCommand.self, RedriveCommand.self]
    )
}

struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Events that were given up, oldest first, one per line."
    )

    @OptionGroup var options: PlatformOptions
    @Option(help: "How many at most.")
    var limit: Int = 100

    func run() async throws {
        try await Daemon.withPlatform(options) { platform in
            for letter in try await platform.deadUploadEvents(limit: limit) {
                let reason = String(letter.reason.map { $0.isNewline ? " " : $0 })
                Daemon.say("\(letter.id)\t\(letter.receiveCount) deliveries\t\(reason)")
            }
        }
    }
}

struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Put events that were given up back into the queue."
    )

    @OptionGroup var options: PlatformOptions
    @Argument(help: "Ids of events; all of them when there are none.")
    var ids: [String] = []

    func run() async throws {
        try await Daemon.withPlatform(options) { platform in
            Daemon.say(
                "\(try await platform.redriveUploadEvents(ids.isEmpty ? nil : ids)) events are in the queue again"
            )
        }
    }
}
