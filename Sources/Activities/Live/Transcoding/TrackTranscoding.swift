import ActivityContracts
import AudioTranscoding
import CloudServices
import FoundationEssentials
import MizzoCatalog
import SystemPackage
import WorkflowEngine

/// The work itself, wherever it runs: fetch the pinned original, transcode, upload with the master playlist last.
///
/// Every run writes the same bytes under the same keys, so one that died half-way leaves nothing wrong.
struct TrackTranscoding: Sendable {
    let store: any ObjectStore
    let transcoder: AudioTranscoder
    private let executor = BlockingExecutor(label: "transcoding")

    init(store: any ObjectStore, transcoder: AudioTranscoder) {
        self.store = store
        self.transcoder = transcoder
    }

    /// - Parameters:
    ///   - folder: exists and is empty.
    ///   - fetched: told what the original is, before it is transcoded.
    ///   - report: told percents, and that bytes arrive (`nil`).
    /// - Throws: an ``ApplicationError`` of type ``TranscodeTrack/unusableAudio`` when the upload is at fault; what else is thrown
    ///   may succeed later.
    func run(
        _ input: TranscodeTrack.Input,
        in folder: String,
        fetched: (ObjectFacts) async throws -> Void,
        report: @escaping @Sendable (Int?) -> Void
    ) async throws -> TranscodeTrack.Output {
        let track = try TrackID(checking: input.trackID)
        try await fetched(try await fetch(input.source, to: "\(folder)/source") { report(nil) })
        let audio = try await transcode("\(folder)/source", into: "\(folder)/hls") { report($0) }
        let publication = TranscodingPublication(store: store, track: track, directory: "\(folder)/hls")
        try await publication.upload(audio) { report(99) }
        return TranscodeTrack.Output(audio, of: track)
    }

    private func fetch(
        _ source: UploadedObject,
        to path: String,
        onChunk: @Sendable () -> Void
    ) async throws -> ObjectFacts {
        do {
            let info = try await ObjectDownload(store: store)
                .fetch(ObjectKey(source.key), entityTag: source.entityTag, to: path, onChunk: onChunk)
            return ObjectFacts(etag: info.etag, byteCount: info.size, sha256: info.sha256)
        } catch let error as ObjectStoreError where error.kind == .noSuchKey || error.kind == .preconditionFailed {
            throw Self.unusable(
                "The uploaded file was removed or replaced while we prepared it. Please upload it again.",
                cause: error
            )
        }
    }

    private func transcode(
        _ source: String,
        into folder: String,
        onPercent: @escaping @Sendable (Int) -> Void
    ) async throws -> TranscodedAudio {
        let transcoder = transcoder
        do {
            return try await withTaskExecutorPreference(executor) {
                try await transcoder.transcode(source: FilePath(source), into: FilePath(folder)) {
                    onPercent($0.percent)
                }
            }
        } catch let error as TranscodingError {
            guard error.code != .cancelled else { throw CancellationError() }
            guard error.isRetryable else { throw Self.unusable(error.artistMessage, cause: error) }
            throw ApplicationError(error.description, type: error.code.rawValue)
        }
    }

    static func unusable(_ sentence: String, cause: (any Error)?) -> ApplicationError {
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
            loudnessRange: audio.loudness.rangeLU,
            objectCount: audio.publishingOrder.count,
            byteCount: audio.totalByteCount
        )
    }
}
