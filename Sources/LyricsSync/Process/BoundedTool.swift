import Subprocess
import SystemPackage

/// Runs one external program with a time limit, a bare environment and bounded output.
///
/// The program gets its own session. On cancellation or time-out the whole process group is terminated, then killed, so
/// nothing it started survives. Resource limits come from ``EmbeddedToolchain/launcher``.
struct BoundedTool: Sendable {
    /// What a finished program left.
    struct Output: Sendable {
        let exitedCleanly: Bool
        let status: String
        let text: String
    }

    static let outputBytesMax = 4 * 1_024 * 1_024

    let launcher: [String]
    let timeLimit: Duration

    /// - Throws: ``ToolFailure`` when the program cannot be started or takes too long, `CancellationError`.
    func run(_ executable: String, _ arguments: [String], in directory: String) async throws -> Output {
        let command = launcher + [executable] + arguments
        do {
            return try await withTimeLimit(timeLimit) { try await Self.execute(command, in: directory) }
        } catch let error as TimeLimitExceeded {
            throw ToolFailure(tool: executable, reason: error.description)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw ToolFailure(tool: executable, reason: "could not be run (\(error.code))")
        }
    }

    private static func execute(_ command: [String], in directory: String) async throws -> Output {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .milliseconds(300))
        ]
        let result = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(["PATH": "/usr/bin:/bin", "LANG": "C"]),
            workingDirectory: FilePath(directory),
            platformOptions: options,
            output: .string(limit: outputBytesMax),
            error: .discarded
        )
        try Task.checkCancellation()
        return Output(
            exitedCleanly: result.terminationStatus.isSuccess,
            status: "\(result.terminationStatus)",
            text: result.standardOutput
        )
    }
}
