import Activities
import ActivityContracts
import ArgumentParser
import AsyncHTTPClient
import AudioTranscoding
import CloudServices
import FoundationEssentials
import Glibc
import Logging

/// What `mizzo-transcoder` runs in a container: one job from its environment, from the bucket into the bucket.
public enum TranscoderProgram {
    /// Does the job named in `environment`.
    ///
    /// - Returns: the exit code: 0 done, 65 when the upload is at fault, 75 when another try may succeed, 78 for a configuration
    ///   or a machine that cannot be used. What happened is on standard error.
    public static func run(environment: [String: String]) async -> Int32 {
        do {
            let configuration = try await TranscoderConfiguration.read(environment: environment)
            LoggingSystem.bootstrap { LineLogHandler(label: $0, isJSON: true, level: .info) }
            guard let job = TranscodingJob(environment: environment) else {
                throw ConfigurationError(
                    code: "transcoding-job-missing",
                    "the variable \(TranscodingJob.variable) holds no job. The worker sets it when it starts the task."
                )
            }
            let transcoder = try await AudioTranscoder.checked(sandbox: configuration.sandbox)
            return try await run(job, configuration, transcoder)
        } catch {
            Daemon.complain("error: \(error)")
            return error is ConfigurationError
                ? Daemon.badConfiguration.rawValue : TranscodingJob.Ending.failed.rawValue
        }
    }

    private static func run(
        _ job: TranscodingJob,
        _ configuration: TranscoderConfiguration,
        _ transcoder: AudioTranscoder
    ) async throws -> Int32 {
        let folder = FileManager.default.temporaryDirectory.path + "/transcoding-\(getpid())-\(job.token)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cloud = CloudConnection(configuration.cloud)
        let (ending, explanation) = await job.run(
            store: cloud.bucket(configuration.bucket),
            transcoder: transcoder,
            folder: folder
        )
        Logger(label: "transcoder").info(
            "job ended",
            metadata: [
                "track": "\(job.input.trackID)", "ending": "\(ending)", "explanation": "\(explanation)",
            ]
        )
        try await cloud.client.shutdown()
        return ending.rawValue
    }
}

/// The settings a transcoding container needs, from `MIZZO_…` and `AWS_…` variables.
struct TranscoderConfiguration: Sendable {
    let bucket: BucketName
    let cloud: CloudConfiguration
    let sandbox: TranscodingConfiguration.Sandbox

    /// - Throws: ``ConfigurationError``.
    static func read(environment: [String: String]) async throws -> TranscoderConfiguration {
        let values = try await ConfigurationValues.read(flags: [:], file: nil, environment: environment)
        let cloud = try CloudConfiguration(values, environment)
        guard !cloud.region.isEmpty else {
            throw ConfigurationError(
                code: "configuration-combination-invalid",
                "a transcoding container needs MIZZO_AWS_REGION or AWS_REGION."
            )
        }
        return TranscoderConfiguration(
            bucket: try PlatformStorage.bucket(try values.text(.bucket)),
            cloud: cloud,
            sandbox: try values.choice(.sandbox)
        )
    }
}
