import ActivityContracts
import CloudServices
import Logging
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowStore

@testable import MizzoPlatform

@Suite("Taking upload events", .timeLimit(.minutes(2)))
struct UploadIngestTests {
    private func event(_ number: Int, bucket: String = "mizzo") -> String {
        PlatformFixture.uploadEvent(number, bucket: bucket)
    }

    /// Takes until there is nothing left.
    private func drain(_ ingest: UploadIngest) async throws -> TakeUploads.Counts {
        var total = TakeUploads.Counts()
        while true {
            let batch = try await ingest.takeBatch()
            if batch == TakeUploads.Counts() { return total }
            total.add(batch)
        }
    }

    @Test("200 duplicate, reordered, foreign and broken events of 20 uploads make 20 runs with one upload each")
    func exactlyOnce() async throws {
        let fixture = try await PlatformFixture(["worker.transcoding-slots": "256"])
        let queue = fixture.platform.uploadEvents
        var bodies = (0..<160).map { event($0 % 20) }
        bodies += (0..<20).map { _ in #"{"Event":"s3:TestEvent","Bucket":"mizzo"}"# }
        bodies += (0..<10).map { event($0, bucket: "another") }
        bodies += (0..<10).map { "no event \($0)" }
        var generator = SystemRandomNumberGenerator()
        for body in bodies.shuffled(using: &generator) { try await queue.send(body) }

        let total = try await drain(fixture.platform.uploadIngest())
        #expect(total == TakeUploads.Counts(accepted: 160, ignored: 30, rejected: 10))

        let store = fixture.platform.workflows.store
        let runs = try await store.runs(RunFilter(limit: 100))
        #expect(runs.count == 20)
        for run in runs { #expect(try await store.inbox(of: run.reference.key).count == 1) }
        #expect(try await queue.counts().deadLetters == 10)
        #expect(try await queue.counts().visible + queue.counts().inFlight == 0)
        await fixture.platform.close()
    }

    @Test("an event of a track whose run has ended is taken and changes nothing")
    func closedRun() async throws {
        let fixture = try await PlatformFixture()
        let (queue, ingest) = (fixture.platform.uploadEvents, fixture.platform.uploadIngest())
        try await queue.send(event(1))
        _ = try await drain(ingest)
        let client = WorkflowClient(fixture.platform.workflows)
        try await client.handle(PublishTrack.self, id: PublishTrack.id(trackID: "track-101")).terminate()
        try await queue.send(event(1))
        #expect(try await drain(ingest) == TakeUploads.Counts(accepted: 0, ignored: 1, rejected: 0))
        #expect(try await fixture.platform.workflows.store.runs(RunFilter(limit: 10)).count == 1)
        await fixture.platform.close()
    }

    @Test("no more than the free transcoding capacity is taken at once")
    func capacity() async throws {
        let fixture = try await PlatformFixture(["worker.transcoding-slots": "3"])
        for number in 0..<8 { try await fixture.platform.uploadEvents.send(event(number)) }
        #expect(try await fixture.platform.uploadIngest().takeBatch().accepted == 3)
        #expect(try await fixture.platform.uploadEvents.counts().visible == 5)
        await fixture.platform.close()
    }

    @Test("what was taken is handled to its end when the ingest is told to stop meanwhile")
    func finishes() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.put("raw-track/track-101.mp3", [1])
        let (taken, takes) = AsyncStream<Void>.makeStream()
        let (stopped, stops) = AsyncStream<Never>.makeStream()
        let queue = WatchedQueue(base: fixture.platform.uploadEvents) {
            takes.yield()
            for await _ in stopped {}
        }
        let following = Task { try await fixture.ingest(from: queue).follow(.silent) }
        for await _ in taken { break }
        following.cancel()
        stops.finish()
        await #expect(throws: CancellationError.self) { try await following.value }

        #expect(try await fixture.platform.uploadEvents.counts() == .none)
        #expect(try await fixture.platform.workflows.store.runs(RunFilter(limit: 10)).count == 1)
        await fixture.platform.close()
    }

    @Test("operators see why a look failed, until one succeeds")
    func failure() async throws {
        let fixture = try await PlatformFixture()
        let (failures, failed) = AsyncStream<TakeUploads.Progress>.makeStream()
        let journal = IngestJournal(goingOnFrom: TakeUploads.Counts(accepted: 7)) { failed.yield($0) }
        let queue = WatchedQueue(base: fixture.platform.uploadEvents) { throw QueueGone() }
        let following = Task { try await fixture.ingest(from: queue).follow(journal) }
        var reports = failures.makeAsyncIterator()
        let first = try #require(await reports.next())
        #expect(first.lastError == nil && first.lastLook != nil)
        let report = try #require(await reports.next())
        following.cancel()
        _ = await following.result
        #expect(report.lastError == "the queue is gone" && report.taken.accepted == 7)
        #expect(report.freeCapacity == 2 && report.lastLook?.hasSuffix("Z") == true)

        journal.add(TakeUploads.Counts())
        #expect(try #require(await reports.next()).lastError == nil)
        await fixture.platform.close()
    }
}

private struct QueueGone: Error, CustomStringConvertible {
    var description: String { "the queue is gone" }
}

extension IngestJournal {
    fileprivate static var silent: IngestJournal { IngestJournal(goingOnFrom: TakeUploads.Counts()) { _ in } }
}

extension QueueCounts {
    fileprivate static let none = QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0)
}

extension PlatformFixture {
    fileprivate func ingest(from queue: any MessageQueue) -> UploadIngest {
        let ingest = platform.uploadIngest()
        return UploadIngest(
            database: ingest.database,
            queue: queue,
            objects: ingest.objects,
            bucket: ingest.bucket,
            publishing: ingest.publishing,
            capacity: ingest.capacity,
            logger: Logger(label: "ingest") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
