import ArgumentParser
import Glibc
import MizzoCatalog
import MizzoPlatform

/// `mizzo dev`: API, worker and ingest in one process.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run the API and a worker in one process, with users to try them."
    )

    @OptionGroup var options: PlatformOptions

    func run() async throws {
        try await Daemon.run(options) { platform in
            let worker = try await platform.workerServices()
            let api = try await platform.apiServices(onUpload: worker.uploadArrived)
            Daemon.say(try await Self.welcome(platform))
            // Into a file or a pipe the text would otherwise wait for the end of the program.
            fflush(nil)
            return worker.services + api
        }
    }

    private static let people: [(id: String, role: Role)] = [
        ("artist", .artist), ("admin", .admin), ("listener", .listener),
    ]

    private static func welcome(_ platform: Platform) async throws -> String {
        var lines = ["Mizzo runs at \(platform.configuration.publicURL), data in \(platform.configuration.dataFolder)"]
        for person in people {
            try await platform.putUser(person.id, role: person.role, name: person.id)
            lines.append("\(person.id): \(try await platform.mintToken(user: person.id, lifetime: 7 * 24 * 3600))")
        }
        let url = platform.configuration.publicURL
        lines += [
            "Next:",
            "  curl \(url)/healthz",
            "  curl -H \"Authorization: Bearer <artist's token>\" --json "
                + "'{\"contentType\":\"audio/mpeg\",\"byteCount\":<bytes>}' \(url)/utils/upload-url",
            "  mizzo workflow list --database \(platform.configuration.database)",
        ]
        return lines.joined(separator: "\n")
    }
}
