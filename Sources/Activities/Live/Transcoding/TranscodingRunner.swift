import ActivityContracts
import AudioTranscoding
import CloudServices
import MizzoCatalog
import WorkflowEngine

/// Where tracks are transcoded: in this process's machine, or in a container of their own.
public protocol TranscodingRunner: Sendable {
    /// Does the work of one attempt.
    ///
    /// - Parameters:
    ///   - fetched: to be told what the original is, before anything of the result can be heard.
    ///   - report: to be told percents, and that the work is alive (`nil`).
    /// - Throws: an ``ApplicationError`` of type ``TranscodeTrack/unusableAudio`` when the upload is at fault; what else is thrown
    ///   may succeed later.
    func run(
        _ input: TranscodeTrack.Input,
        context: ActivityContext,
        fetched: (ObjectFacts) async throws -> Void,
        report: @escaping @Sendable (Int?) -> Void
    ) async throws -> TranscodeTrack.Output
}

/// Transcodes on this machine.
public struct LocalTranscoding: TranscodingRunner {
    private let work: TrackTranscoding
    private let jobRoot: String

    /// - Parameter jobRoot: absolute path of the directory below which every attempt has one of its own.
    public init(store: any ObjectStore, transcoder: AudioTranscoder, jobRoot: String) {
        work = TrackTranscoding(store: store, transcoder: transcoder)
        self.jobRoot = jobRoot
    }

    /// See ``TranscodingRunner/run(_:context:fetched:report:)``.
    public func run(
        _ input: TranscodeTrack.Input,
        context: ActivityContext,
        fetched: (ObjectFacts) async throws -> Void,
        report: @escaping @Sendable (Int?) -> Void
    ) async throws -> TranscodeTrack.Output {
        let job = try JobDirectory(below: jobRoot, context)
        defer { job.remove() }
        return try await work.run(input, in: job.path, fetched: fetched, report: report)
    }
}
