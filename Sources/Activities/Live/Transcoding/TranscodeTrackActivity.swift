import ActivityContracts
import AudioTranscoding
import CloudServices
import DurableSQLite
import FoundationEssentials
import MizzoCatalog
import SystemPackage
import WorkflowEngine

/// Turns an upload into HLS objects: fetch the pinned original, transcode, publish with the master playlist last.
///
/// Every attempt writes the same bytes under the same keys, so an attempt that died half-way leaves nothing wrong.
public struct TranscodeTrackActivity: Activity {
    /// Name and types.
    public typealias Contract = TranscodeTrack

    private let store: any ObjectStore
    private let database: any DatabaseAccess
    private let transcoder: AudioTranscoder
    private let jobRoot: String
    private let now: @Sendable () -> Date
    private let executor = BlockingExecutor(label: "transcoding")

    /// - Parameter jobRoot: absolute path of the directory below which every attempt has one of its own.
    public init(
        store: any ObjectStore,
        database: any DatabaseAccess,
        transcoder: AudioTranscoder,
        jobRoot: String,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.database = database
        self.transcoder = transcoder
        self.jobRoot = jobRoot
        self.now = now
    }

    /// See ``TranscodeTrackActivity``.
    ///
    /// - Throws: an ``ApplicationError`` of type ``TranscodeTrack/unusableAudio`` with a sentence for the artist when the
    ///   upload is at fault; what else is thrown may succeed later.
    public func execute(_ input: TranscodeTrack.Input, context: ActivityContext) async throws -> TranscodeTrack.Output {
        let track = try TrackID(checking: input.trackID)
        let job = try JobDirectory(below: jobRoot, context)
        defer { job.remove() }
        try await fetch(input.source, of: track, to: job.file("source"), context)
        let reporter = ProgressReporter(track: track, database: database, context: context, now: now)
        return try await reporter.reporting { report in
            let audio = try await transcode(job, onPercent: report)
            let publication = TranscodingPublication(store: store, track: track, directory: job.file("hls"))
            try await publication.upload(audio) { report(99) }
            return TranscodeTrack.Output(audio, of: track)
        }
    }

    /// Copies the original and seals its ticket, so that everything later reads and plays these very bytes.
    private func fetch(
        _ source: UploadedObject,
        of track: TrackID,
        to path: String,
        _ context: ActivityContext
    ) async throws {
        let info: ObjectInfo
        do {
            info = try await ObjectDownload(store: store)
                .fetch(ObjectKey(source.key), entityTag: source.entityTag, to: path) { context.heartbeat() }
        } catch let error as ObjectStoreError where error.kind == .noSuchKey || error.kind == .preconditionFailed {
            throw Self.unusable(
                "The uploaded file was removed or replaced while we prepared it. Please upload it again.",
                cause: error
            )
        }
        let facts = ObjectFacts(etag: info.etag, byteCount: info.size, sha256: info.sha256)
        let now = now()
        try await database.write { database in
            try changingCatalog {
                try Catalog.seal(UploadID(audioOf: track), as: facts, at: now, in: database)
            }
        }
    }

    private func transcode(
        _ job: JobDirectory,
        onPercent: @escaping @Sendable (Int) -> Void
    ) async throws
        -> TranscodedAudio
    {
        let transcoder = transcoder
        do {
            return try await withTaskExecutorPreference(executor) {
                try await transcoder.transcode(
                    source: FilePath(job.file("source")),
                    into: FilePath(job.file("hls"))
                ) { onPercent($0.percent) }
            }
        } catch let error as TranscodingError {
            guard error.code != .cancelled else { throw CancellationError() }
            guard error.isRetryable else { throw Self.unusable(error.artistMessage, cause: error) }
            throw ApplicationError(error.description, type: error.code.rawValue)
        }
    }

    private static func unusable(_ sentence: String, cause: any Error) -> ApplicationError {
        ApplicationError(sentence, type: TranscodeTrack.unusableAudio, nonRetryable: true, cause: cause)
    }
}

extension TranscodeTrack.Output {
    /// The part of a result that belongs into a history.
    fileprivate init(_ audio: TranscodedAudio, of track: TrackID) {
        self.init(
            masterKey: MediaKeys.transcoded(track, file: TranscodingPublication.masterName),
            durationMilliseconds: audio.durationMilliseconds,
            loudness: audio.loudness.integratedLUFS,
            truePeak: audio.loudness.truePeakDBTP,
            objectCount: audio.publishingOrder.count,
            byteCount: audio.totalByteCount
        )
    }
}
