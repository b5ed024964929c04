import Activities
import ActivityContracts
import AsyncHTTPClient
import AudioTranscoding
import CloudServices
import Logging
import LyricsSync
import MizzoWorkflows
import ServiceLifecycle
import WorkflowEngine

/// What a worker process runs.
public struct WorkerServices: Sendable {
    /// In the order of start; stop is the reverse.
    public let services: [any Service]
    /// Tells the ingest of this process that an upload may have arrived.
    public let uploadArrived: @Sendable () -> Void
}

extension Platform {
    /// The worker of all queues. The run that takes upload events is started if there is none.
    ///
    /// - Throws: ``ConfigurationError`` when this machine cannot transcode.
    public func workerServices() async throws -> WorkerServices {
        try await storage.check(Logger(label: "worker"))
        try await storage.files?.removeGarbage()
        let transcoding = try await transcodingRunner()
        let lyrics = lyricsProvider()
        let ingest = uploadIngest()
        let worker = Worker(
            workflows,
            configuration: WorkerConfiguration(
                activitySlots: [
                    .default: configuration.activitySlots, TranscodeTrack.queue: configuration.transcodingSlots,
                    SynchronizeLyrics.queue: configuration.lyricsSlots, TakeUploads.queue: 1,
                ],
                drainTimeout: configuration.drain
            ),
            workflows: flows,
            activities: effects(transcoding, lyrics.provider) + [TakeUploadsActivity(ingest: ingest)]
                + (configuration.exerciseLedger.map { [AppendToLedgerActivity(path: $0)] } ?? []),
            transactionalActivities: changes(),
            logger: Logger(label: "worker")
        )
        try await followUploads()
        return WorkerServices(services: lyrics.services + [worker]) { ingest.wakeups.wake() }
    }

    private var flows: [any Workflow.Type] {
        [
            PublishTrack.self, SyncLyrics.self, ExpirePoster.self, CollectParts.self, ReviewPlaylist.self,
            ReviewApplication.self, FollowUploads.self,
        ] + (configuration.exerciseLedger == nil ? [] : [Exercise.self])
    }

    private func effects(_ transcoding: any TranscodingRunner, _ lyrics: any LyricsProvider) -> [any Activity] {
        let (objects, endpoint) = (objects, endpoint)
        return [
            TranscodeTrackActivity(runner: transcoding, database: database),
            SynchronizeLyricsActivity(
                provider: lyrics,
                store: objects,
                database: database,
                jobRoot: "\(jobFolder)/lyrics"
            ) { key in
                endpoint.mounted(try await objects.presignGet(key, expiresIn: .seconds(900)).url)
            },
            RemoveUploadActivity(store: objects, database: database),
            DiscardPartsActivity(store: objects, database: database),
            RemovePosterActivity(store: objects, database: database),
            InspectPosterActivity(store: objects, database: database),
        ]
    }

    private func changes() -> [any TransactionalActivity] {
        let publishing = publishing
        return [
            BeginProcessingActivity(), RequestReviewActivity(startLyrics: { try publishing.startLyrics($0, in: $1) }),
            ApplyReviewActivity(), FailTrackActivity(), BeginLyricsActivity(), StoreLyricsActivity(),
            RemindReviewersActivity(), ApplyDecisionActivity(), AbandonUploadActivity(), AbandonPosterActivity(),
        ]
    }

    private func transcodingRunner() async throws -> any TranscodingRunner {
        if configuration.cloud.runner == .ecs, let cloud = storage.cloud {
            return ContainerTranscoding(
                tasks: cloud.containerTasks(),
                store: objects,
                interval: cloud.configuration.task.pollInterval
            )
        }
        let transcoder = try await AudioTranscoder.checked(sandbox: configuration.sandbox)
        return LocalTranscoding(store: objects, transcoder: transcoder, jobRoot: "\(jobFolder)/transcoding")
    }

    private func lyricsProvider() -> (provider: any LyricsProvider, services: [any Service]) {
        let embedded = EmbeddedLyricsProvider()
        guard let key = configuration.geminiKey else { return (embedded, []) }
        var gemini = GeminiConfiguration(apiKey: GeminiAPIKey(key.text))
        gemini.baseURL = configuration.geminiURL
        gemini.model = configuration.geminiModel
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: GeminiLyricsProvider.httpClientConfiguration
        )
        let provider = FallbackLyricsProvider(
            primary: RefiningLyricsProvider(
                writer: GeminiLyricsProvider(configuration: gemini, client: client),
                aligner: embedded
            ),
            fallback: embedded
        )
        return (provider, [HTTPClientLifetime(client: client)])
    }
}

extension AudioTranscoder {
    /// A transcoder this machine has everything for.
    ///
    /// - Throws: ``ConfigurationError``.
    static func checked(sandbox: TranscodingConfiguration.Sandbox) async throws -> AudioTranscoder {
        var limits = TranscodingConfiguration()
        limits.sandbox = sandbox
        let transcoder = AudioTranscoder(configuration: limits, logger: Logger(label: "transcoding"))
        do {
            _ = try await transcoder.environment()
            return transcoder
        } catch {
            throw ConfigurationError(
                code: error.code.rawValue,
                "this machine cannot transcode: \(error.detail). Run `make setup`."
            )
        }
    }
}

/// Shuts the client down when the process has stopped using it.
private struct HTTPClientLifetime: Service {
    let client: HTTPClient

    func run() async throws {
        try? await gracefulShutdown()
        try await client.shutdown()
    }
}
