import Logging
import Subprocess
import SystemPackage

/// What the transcoder found on this machine.
public struct TranscodingEnvironment: Codable, Sendable, Equatable {
    /// The decoder's version, for example `5.1.9-0+deb12u1`.
    public var ffmpegVersion: String
    /// The confinement every decoder runs in.
    public var isolation: IsolationMode
    /// Why a stronger confinement is not used, where that was asked for; else nil.
    public var isolationNote: String?
}

/// Finds out once, by a trial run of the decoder, which confinement works here.
actor EnvironmentProbe {
    struct Finding: Sendable {
        var environment: TranscodingEnvironment
        var isolation: Isolation

        /// The option that reads the filter graph from a file: `-filter_complex_script` is deprecated since 7.0
        /// in favour of `-/filter_complex`.
        var graphOption: String {
            let major = environment.ffmpegVersion.drop { !$0.isNumber }.prefix { $0.isNumber }
            return (Int(major) ?? 7) < 7 ? "-filter_complex_script" : "-/filter_complex"
        }
    }

    private let configuration: TranscodingConfiguration
    private let logger: Logger
    private var finding: Finding?

    init(configuration: TranscodingConfiguration, logger: Logger) {
        (self.configuration, self.logger) = (configuration, logger)
    }

    /// The finding; a failure is not remembered, so a repaired machine needs no restart.
    func find() async throws(TranscodingError) -> Finding {
        if let finding { return finding }
        let found = try await probe()
        finding = found
        logger.info(
            "audio decoder found",
            metadata: [
                "ffmpeg-version": "\(found.environment.ffmpegVersion)",
                "isolation": "\(found.environment.isolation.rawValue)",
                "isolation-note": "\(found.environment.isolationNote ?? "none")",
            ]
        )
        return found
    }

    private func probe() async throws(TranscodingError) -> Finding {
        guard configuration.sandbox != .processLimitsOnly else { return try await trial(.processLimits, note: nil) }
        do {
            return try await trial(.bubblewrap, note: nil)
        } catch {
            let plain = try await trial(.processLimits, note: error.detail)
            guard configuration.sandbox == .automatic else {
                throw TranscodingError(.sandboxUnavailable, detail: "bubblewrap is required here: \(error.detail)")
            }
            return plain
        }
    }

    /// Runs `ffmpeg -version` in the given confinement.
    private func trial(_ mode: IsolationMode, note: String?) async throws(TranscodingError) -> Finding {
        let isolation = try Isolation(mode: mode, configuration: configuration)
        let command = isolation.command(["-version"], source: nil, work: nil)
        let (output, status) = try await run(command)
        let words = output.split(separator: " ", maxSplits: 3)
        guard status.isSuccess, words.count > 2, words[0] == "ffmpeg", words[1] == "version" else {
            throw TranscodingError(
                .ffmpegMissing,
                detail: "\(configuration.ffmpegPath) -version under \(mode.rawValue): \(status) \(output.prefix(500))"
            )
        }
        let environment = TranscodingEnvironment(
            ffmpegVersion: String(words[2]),
            isolation: mode,
            isolationNote: note
        )
        return Finding(environment: environment, isolation: isolation)
    }

    private func run(_ command: Isolation.Command) async throws(TranscodingError) -> (String, TerminationStatus) {
        do {
            let result = try await Subprocess.run(
                .path(command.executable),
                arguments: Arguments(command.arguments),
                environment: .custom(["PATH": "/usr/bin", "LANG": "C"]),
                output: .string(limit: 1 << 16),
                error: .combinedWithOutput
            )
            return (result.standardOutput, result.terminationStatus)
        } catch {
            throw TranscodingError(.ffmpegMissing, detail: "starting \(command.executable): \(error)")
        }
    }
}
