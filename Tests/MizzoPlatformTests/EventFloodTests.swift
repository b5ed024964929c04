import Activities
import ActivityContracts
import CloudServices
import DurableSQLite
import Foundation
import MizzoCatalog
import MizzoWorkflows
import Synchronization
import Testing
import WorkflowEngine
import WorkflowStore

@testable import MizzoPlatform

/// Transcodes nothing, and counts.
private struct CountedTranscoding: Activity {
    typealias Contract = TranscodeTrack

    let counts: TranscodingCounts

    func execute(_ input: TranscodeTrack.Input, context: ActivityContext) async throws -> TranscodeTrack.Output {
        counts.add(input.trackID)
        return TranscodeTrack.Output(
            masterKey: MediaKeys.transcoded(try #require(TrackID(rawValue: input.trackID)), file: "master.m3u8"),
            durationMilliseconds: 1000,
            loudness: -14,
            truePeak: -1,
            objectCount: 1,
            byteCount: 1
        )
    }
}

/// How often each track was transcoded.
private final class TranscodingCounts: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func add(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }

    var all: [String: Int] { counts.withLock { $0 } }
}

@Suite("A flood of upload events", .timeLimit(.minutes(5)))
struct EventFloodTests {
    private static let uploads = 500
    private static let events = 10_000

    private func id(_ number: Int) -> String { "track-\(1000 + number)" }

    private func event(_ number: Int) -> String {
        """
        {"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"mizzo"},"object":\
        {"key":"raw-track%2F\(id(number)).mp3","size":5,"eTag":"e\(number)","sequencer":"0A"}}}]}
        """
    }

    private func worker(_ platform: Platform, _ counts: TranscodingCounts) -> Worker {
        Worker(
            platform.workflows,
            configuration: WorkerConfiguration(activitySlots: [.default: 100, TranscodeTrack.queue: 256]),
            workflows: [PublishTrack.self],
            activities: [
                CountedTranscoding(counts: counts),
                InspectPosterActivity(store: platform.objects, database: platform.database),
            ],
            transactionalActivities: [
                BeginProcessingActivity(), RequestReviewActivity(startLyrics: { _, _ in }), FailTrackActivity(),
            ]
        )
    }

    private func send(to queue: EmbeddedQueue, _ platform: Platform) async throws {
        let bodies = (0..<Self.events).shuffled().map { event($0 % Self.uploads) }
        try await platform.database.write { db in for body in bodies { try queue.send(body, in: db) } }
    }

    /// Takes events until no more than `rest` are left.
    private func take(
        from queue: EmbeddedQueue,
        downTo rest: Int,
        _ ingest: UploadIngest,
        _ fixture: PlatformFixture
    ) async throws {
        while true {
            let left = try await queue.counts()
            guard left.visible + left.inFlight > rest else { return }
            if try await ingest.takeBatch() == TakeUploads.Counts() {
                try await fixture.until { try await ingest.capacity.free() > 0 }
            }
        }
    }

    private func registerAll(_ fixture: PlatformFixture) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in (0..<Self.uploads).shuffled() {
                group.addTask { try await fixture.register(try #require(TrackID(rawValue: id(number)))) }
            }
            try await group.waitForAll()
        }
    }

    private func reviewing(_ platform: Platform) async throws -> Int {
        try await platform.database.read { db in
            try (0..<Self.uploads).count { number in
                try TrackID(rawValue: id(number)).flatMap { try Catalog.track($0, in: db) }?.status == .reviewing
            }
        }
    }

    @Test(
        "10,000 duplicate, reordered and early events of 500 uploads: 500 workflows, 500 transcodings, none lost, none dead"
    )
    func flood() async throws {
        let fixture = try await PlatformFixture(["worker.transcoding-slots": "256"])
        let (platform, counts) = (fixture.platform, TranscodingCounts())
        let queue = try #require(platform.uploadEvents as? EmbeddedQueue)
        try await send(to: queue, platform)
        let (ingest, worker) = (platform.uploadIngest(), worker(platform, counts))
        let running = Task { try await worker.run() }
        // Half of the events are taken before anybody has registered anything.
        try await take(from: queue, downTo: Self.events / 2, ingest, fixture)
        try await registerAll(fixture)
        try await take(from: queue, downTo: 0, ingest, fixture)
        try await fixture.until { try await reviewing(platform) == Self.uploads }
        running.cancel()
        _ = await running.result

        #expect(counts.all.count == Self.uploads && counts.all.values.allSatisfy { $0 == 1 })
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0))
        let runs = try await platform.workflows.store.runs(RunFilter(limit: 1000))
        #expect(runs.count == Self.uploads)
        await platform.close()
    }
}
