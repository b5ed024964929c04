import CloudServices
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowStore

@testable import MizzoPlatform

@Suite("Taking upload events", .timeLimit(.minutes(2)))
struct UploadIngestTests {
    private func event(_ number: Int, bucket: String = "mizzo") -> String {
        """
        {"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"\(bucket)"},\
        "object":{"key":"raw-track/track-\(100 + number).mp3","size":\(number),"eTag":"e\(number)","sequencer":"0A"}}}]}
        """
    }

    /// Takes until there is nothing left.
    private func drain(_ ingest: UploadIngest) async throws -> UploadIngest.Report {
        var total = UploadIngest.Report()
        while true {
            let report = try await ingest.runOnce()
            if report.isEmpty { return total }
            total.add(report)
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
        #expect(total == UploadIngest.Report(accepted: 160, ignored: 30, rejected: 10))

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
        #expect(try await drain(ingest) == UploadIngest.Report(accepted: 0, ignored: 1, rejected: 0))
        #expect(try await fixture.platform.workflows.store.runs(RunFilter(limit: 10)).count == 1)
        await fixture.platform.close()
    }

    @Test("no more than the free transcoding capacity is taken at once")
    func capacity() async throws {
        let fixture = try await PlatformFixture(["worker.transcoding-slots": "3"])
        for number in 0..<8 { try await fixture.platform.uploadEvents.send(event(number)) }
        #expect(try await fixture.platform.uploadIngest().runOnce().accepted == 3)
        #expect(try await fixture.platform.uploadEvents.counts().visible == 5)
        await fixture.platform.close()
    }
}
