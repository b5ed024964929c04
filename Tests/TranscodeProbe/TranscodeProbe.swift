import AudioTranscoding
import Logging
import SystemPackage

/// Transcodes `<source>` into `<directory>` under `<sandbox>` and says when it gets on, so that a test can kill it.
@main
struct TranscodeProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let sandbox = TranscodingConfiguration.Sandbox(rawValue: arguments[3]) else {
            return
        }
        var configuration = TranscodingConfiguration()
        configuration.sandbox = sandbox
        var logger = Logger(label: "transcode-probe")
        logger.logLevel = .error
        let transcoder = AudioTranscoder(configuration: configuration, logger: logger)
        _ = try await transcoder.transcode(source: FilePath(arguments[1]), into: FilePath(arguments[2])) { progress in
            _ = try? FileDescriptor.standardOutput.writeAll("\(progress.percent) \(progress.encodedSeconds)\n".utf8)
        }
    }
}
