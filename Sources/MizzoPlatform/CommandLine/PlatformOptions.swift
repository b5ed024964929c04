public import ArgumentParser
import FoundationEssentials

/// The settings every program takes as flags.
public struct PlatformOptions: ParsableArguments, Sendable {
    /// The JSON configuration file.
    @Option(name: .customLong("config"), help: "JSON configuration file ($MIZZO_CONFIG).")
    public var file: String?

    @Option(help: ArgumentHelp("Folder of objects, secrets and temporary files (./var).", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("The database file (<data>/mizzo.sqlite).", valueName: "file"))
    var database: String?

    @Option(help: ArgumentHelp("Where the API listens (127.0.0.1).", valueName: "address"))
    var httpHost: String?

    @Option(help: ArgumentHelp("Where the API listens (8080).", valueName: "port"))
    var httpPort: Int?

    @Option(help: ArgumentHelp("How clients reach the API (http://<host>:<port>).", valueName: "url"))
    var httpPublicURL: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error, critical (info).", valueName: "level"))
    var logLevel: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Any other setting.", valueName: "name=value"))
    var settings: [String] = []

    @Flag(help: "Print the configuration, secrets hidden, and exit.")
    var printConfig = false

    @Flag(help: "Check the configuration and exit.")
    var checkConfig = false

    /// Makes options without any flag.
    public init() {}

    /// Reads the configuration of this process.
    ///
    /// - Throws: ``ConfigurationError``.
    public func configuration() async throws -> PlatformConfiguration {
        let process = ProcessInfo.processInfo
        return try await PlatformConfiguration.read(
            flags: try flags(),
            file: file ?? process.environment["MIZZO_CONFIG"],
            environment: process.environment,
            coreCount: process.activeProcessorCount
        )
    }

    private func flags() throws(ConfigurationError) -> [String: String] {
        var flags: [String: String] = [:]
        for text in settings {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let setting = ConfigurationSetting.all.first(where: { $0.name == parts[0] }) else {
                throw ConfigurationError(
                    code: "configuration-key-unknown",
                    "--set \(parts[0]): expected name=value with a known name."
                )
            }
            guard setting.kind != .secret else {
                throw ConfigurationError(
                    code: "secret-in-flag",
                    "--set \(setting.name): flags are visible to every user of the machine. Use the environment or the file."
                )
            }
            flags[setting.name] = parts[1]
        }
        let named: [(ConfigurationSetting, String?)] = [
            (.dataFolder, data), (.database, database), (.host, httpHost), (.port, httpPort.map { "\($0)" }),
            (.publicURL, httpPublicURL), (.logLevel, logLevel),
        ]
        for (setting, value) in named { flags[setting.name] = value ?? flags[setting.name] }
        return flags
    }
}
