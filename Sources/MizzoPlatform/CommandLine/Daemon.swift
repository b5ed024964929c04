public import ArgumentParser
import DurableSQLite
import GRDB
import Glibc
import Logging
public import ServiceLifecycle
import UnixSignals
import WorkflowEngine

/// Runs the services of one process from its command line to its end.
///
/// Exit codes: 0 after a graceful stop, 78 (`EX_CONFIG`) for a configuration that cannot be used, 69 (`EX_UNAVAILABLE`) when
/// the database cannot be opened, or a flush of it has failed, 1 for anything else.
public enum Daemon {
    /// `EX_CONFIG` of sysexits(3).
    public static let badConfiguration = ExitCode(78)
    /// `EX_UNAVAILABLE` of sysexits(3).
    public static let databaseUnavailable = ExitCode(69)

    /// Runs what `services` makes until SIGTERM or SIGINT.
    ///
    /// - Throws: an `ExitCode`; what happened has been said on standard error.
    public static func run(
        _ options: PlatformOptions,
        services: (Platform) async throws -> [any Service]
    ) async throws {
        ProcessMemory.keepFreed()
        let configuration = try await configuration(options)
        if options.printConfig { return say(configuration.redacted, to: STDOUT_FILENO) }
        if options.checkConfig { return say("the configuration is valid", to: STDOUT_FILENO) }
        configuration.bootstrapLogging()
        let platform = try await open(configuration)
        let result = await finish { try await serve(platform, configuration, services) }
        await platform.close()
        try result.get()
    }

    private static func serve(
        _ platform: Platform,
        _ configuration: PlatformConfiguration,
        _ services: (Platform) async throws -> [any Service]
    ) async throws {
        let all = try await services(platform) + [DatabaseWatch(database: platform.database)]
        var group = ServiceGroupConfiguration(
            services: all.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "services")
        )
        group.maximumGracefulShutdownDuration = configuration.drain + .seconds(10)
        try await ServiceGroup(configuration: group).run()
    }

    /// Opens the platform for a short command.
    ///
    /// - Throws: an `ExitCode`, as ``run(_:services:)``.
    public static func withPlatform<Value>(
        _ options: PlatformOptions,
        _ body: (Platform) async throws -> Value
    ) async throws -> Value {
        var configuration = try await configuration(options)
        configuration.logLevel = max(configuration.logLevel, .warning)
        configuration.bootstrapLogging()
        let platform = try await open(configuration)
        let result = await finish { try await body(platform) }
        await platform.close()
        return try result.get()
    }

    private static func finish<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(exit(for: error))
        }
    }

    /// Sends warnings and errors to standard error, for commands whose output is something else. Call once.
    public static func bootstrapQuietLogging() {
        LoggingSystem.bootstrap { LineLogHandler(label: $0, isJSON: false, level: .warning) }
    }

    private static func configuration(_ options: PlatformOptions) async throws -> PlatformConfiguration {
        do {
            return try await options.configuration()
        } catch {
            throw exit(for: error)
        }
    }

    private static func open(_ configuration: PlatformConfiguration) async throws -> Platform {
        do {
            return try await Platform.open(configuration)
        } catch {
            throw exit(for: error)
        }
    }

    private static func exit(for error: any Error) -> any Error {
        if error is ExitCode || error is CleanExit || error is ValidationError { return error }
        say("error: \(error)", to: STDERR_FILENO)
        switch error {
        case is ConfigurationError: return badConfiguration
        case is DatabaseFailure, is DatabaseError: return databaseUnavailable
        default: return ExitCode.failure
        }
    }

    /// Writes a line to standard output, at once.
    public static func say(_ line: String) { say(line, to: STDOUT_FILENO) }

    /// Writes a line to standard error, at once.
    static func complain(_ line: String) { say(line, to: STDERR_FILENO) }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
