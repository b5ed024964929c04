import ActivityContracts
import CloudServices
import DurableSQLite
import FoundationEssentials
import LyricsSync
import MizzoCatalog
import WorkflowEngine

/// Times a track's lyrics with a ``LyricsProvider`` and gives the result to the workflow; stores nothing itself.
public struct SynchronizeLyricsActivity: Activity {
    /// Name and types.
    public typealias Contract = SynchronizeLyrics
    /// Makes an address under which the provider's service can read the object; `nil` where there is none.
    public typealias Presigning = @Sendable (ObjectKey) async throws -> String?

    private let provider: any LyricsProvider
    private let store: any ObjectStore
    private let database: any DatabaseAccess
    private let presign: Presigning
    private let jobRoot: String
    private let profanity: ProfanityCheck

    /// - Parameters:
    ///   - jobRoot: absolute path of the directory below which every attempt has one of its own.
    ///   - profanity: marks lines for the admin.
    public init(
        provider: any LyricsProvider,
        store: any ObjectStore,
        database: any DatabaseAccess,
        jobRoot: String,
        profanity: ProfanityCheck = ProfanityCheck(rules: .starter),
        presign: @escaping Presigning = { _ in nil }
    ) {
        self.provider = provider
        self.store = store
        self.database = database
        self.presign = presign
        self.jobRoot = jobRoot
        self.profanity = profanity
    }

    /// See ``SynchronizeLyricsActivity``.
    public func execute(_ input: TrackReference, context: ActivityContext) async throws -> SynchronizeLyrics.Output {
        let track = try TrackID(checking: input.trackID)
        let job = try JobDirectory(below: jobRoot, context)
        defer { job.remove() }
        async let _: Void = showLife(context)
        let request = try await request(for: track, job, context)
        do {
            let outcome = try await provider.synchronize(request)
            return try output(of: outcome)
        } catch let error as GeminiError {
            throw LyricsFailure(error, attempt: context.attempt, logger: context.logger).applicationError
        }
    }

    private func request(
        for track: TrackID,
        _ job: JobDirectory,
        _ context: ActivityContext
    ) async throws -> LyricsRequest {
        let (details, artist, facts, sealed) = try await database.read { database in
            guard let found = try Catalog.track(track, in: database) else {
                throw CatalogError.trackNotFound(track).asFinalFailure
            }
            let ticket = try Catalog.uploadTicket(UploadID(audioOf: track), in: database)
            let artist = try Catalog.user(found.owner, in: database)
            return (found.details, artist?.name, found.audioFacts, ticket?.sealed)
        }
        guard let seconds = facts?.durationSeconds, let sealed else {
            throw ApplicationError(
                "track \(track) has no measured audio yet: expected its length and its sealed upload. Transcode it first.",
                type: "audio-not-measured"
            )
        }
        let key = try ObjectKey(sealed.pinnedKey ?? MediaKeys.rawTrack(track))
        let path = job.file("source")
        _ = try await ObjectDownload(store: store).fetch(key, entityTag: sealed.etag, to: path) { context.heartbeat() }
        return LyricsRequest(
            title: details.title,
            artist: artist ?? "",
            language: details.language,
            artistLyrics: details.lyricsText,
            durationMilliseconds: Int((seconds * 1000).rounded()),
            audio: LyricsAudio(
                filePath: path,
                presignedURL: try await presign(key),
                mimeType: try AudioType.ofFile(path)
            ),
            attempt: context.attempt
        )
    }

    private func output(of outcome: LyricsOutcome) throws -> SynchronizeLyrics.Output {
        switch outcome {
        case .noLyrics(let reason):
            return SynchronizeLyrics.Output(document: nil, provider: "none", explanation: reason)
        case .synced(let lyrics):
            let model = lyrics.source.model.map { " (\($0))" } ?? ""
            let json = Data(try lyrics.canonicalJSON())
            return SynchronizeLyrics.Output(
                document: String(decoding: json, as: UTF8.self),
                provider: lyrics.source.provider.rawValue + model,
                explanation: lyrics.source.explanation,
                marks: try marks(of: json)
            )
        }
    }

    /// Judged here and not where they are stored: a long text takes a while, in which nobody could write.
    private func marks(of json: Data) throws -> String? {
        let findings = profanity.findings(in: try JSONDecoder().decode(LyricsDocument.self, from: json))
        return findings.isEmpty ? nil : String(decoding: try JSONEncoder().encode(findings), as: UTF8.self)
    }

    /// One call to a model may take minutes without a sign; its own time limit ends it.
    private func showLife(_ context: ActivityContext) async {
        while !Task.isCancelled {
            context.heartbeat()
            try? await Task.sleep(for: .seconds(60))
        }
    }
}
