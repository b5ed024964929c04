import ActivityContracts
import CloudServices
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowStore

@testable import MizzoPlatform

@Suite("The run that takes upload events", .timeLimit(.minutes(3)))
struct FollowUploadsTests {
    private let fixture: PlatformFixture
    private let store: any WorkflowStore
    private var queue: any MessageQueue { fixture.platform.uploadEvents }
    private var run: WorkflowHandle<FollowUploads> {
        WorkflowClient(fixture.platform.workflows).handle(FollowUploads.self, id: FollowUploads.id)
    }

    init() async throws {
        // A worker that waited for the end of its drain would pass the suite's time limit.
        fixture = try await PlatformFixture(["worker.transcoding-slots": "256", "worker.drain-seconds": "3600"])
        store = fixture.platform.workflows.store
    }

    /// A worker that runs; others may run beside it.
    private struct RunningWorker {
        let services: WorkerServices
        let task: Task<Void, any Error>

        init(of platform: Platform) async throws {
            services = try await platform.workerServices()
            task = services.start()
        }

        func stop() async throws {
            task.cancel()
            try await task.value
        }
    }

    private func startWorker() async throws -> RunningWorker { try await RunningWorker(of: fixture.platform) }

    /// The attempt that runs, once it does.
    private func poller(attempt: Int = 1) async throws -> TaskRecord {
        let (store, run) = (store, run)
        try await fixture.until {
            let task = try await store.tasks(of: run.record().reference.key).first
            return task?.state == .started && task?.attempt == attempt
        }
        return try #require(try await store.tasks(of: run.record().reference.key).first)
    }

    private func attempts() async throws -> [AttemptRecord] {
        try await store.attempts(of: run.record().reference.key)
    }

    /// What an attempt that has ended had counted.
    private func taken(_ attempt: AttemptRecord) throws -> TakeUploads.Counts {
        try JSONPayloadCodec().decode(TakeUploads.Progress.self, from: attempt.heartbeatDetails).taken
    }

    private func send(_ numbers: some Sequence<Int>, tells worker: RunningWorker? = nil) async throws {
        for number in numbers { try await queue.send(PlatformFixture.uploadEvent(number)) }
        worker?.services.uploadArrived()
    }

    private func untilQueueIsEmpty() async throws {
        let queue = queue
        try await fixture.until {
            let counts = try await queue.counts()
            return counts.visible + counts.inFlight == 0
        }
    }

    private func count<W: Workflow>(_ type: W.Type) async throws -> Int {
        try await store.runs(RunFilter(workflowType: W.name, limit: 1000)).count
    }

    @Test("two workers have one run of it and one poller; when one stops, the other goes on from its numbers at once")
    func takeOver() async throws {
        let first = try await startWorker()
        let before = try await poller()
        let second = try await startWorker()
        try await send(1...3, tells: first)
        try await untilQueueIsEmpty()
        #expect(try await store.countTasks(in: TakeUploads.queue).started == 1)

        try await first.stop()
        let after = try await poller(attempt: 2)
        #expect(after.worker != before.worker && after.scheduledEventID == before.scheduledEventID)
        try await send(4...5, tells: second)
        try await untilQueueIsEmpty()
        try await second.stop()

        let ended = try await attempts()
        #expect(try ended.map(taken).map(\.accepted) == [3, 5])
        for attempt in ended {
            #expect(attempt.failure?.message == "the worker was shut down while the activity ran")
            #expect(try #require(attempt.nextAttemptAt) <= attempt.endedAt)
        }
        #expect(try await count(FollowUploads.self) == 1)
        await fixture.platform.close()
    }

    @Test("events that come ten times and in any order make one run per upload, and each hears of its upload once")
    func exactlyOnce() async throws {
        try await send((0..<200).map { $0 % 20 }.shuffled())
        let worker = try await startWorker()
        try await untilQueueIsEmpty()
        #expect(try await count(PublishTrack.self) == 20)
        let client = WorkflowClient(fixture.platform.workflows)
        for number in 100..<120 {
            let track = client.handle(PublishTrack.self, id: PublishTrack.id(trackID: "track-\(number)"))
            let signals = { @Sendable in try await track.history().count { $0.type == .workflowExecutionSignaled } }
            try await fixture.until { try await signals() > 0 }
            #expect(try await signals() == 1)
        }
        try await worker.stop()
        #expect(try taken(#require(try await attempts().first)).accepted == 200)
        await fixture.platform.close()
    }

    @Test("cancelling it pauses the ingest: messages stay until the next worker starts it again")
    func pause() async throws {
        let worker = try await startWorker()
        _ = try await poller()
        try await run.cancel()
        try await fixture.until { [run] in try await run.record().status == .cancelled }
        // The workflow has waited for its activity, so nobody is left who could take anything.
        #expect(try await attempts().map(\.outcome) == ["cancelled"])
        try await send([1], tells: worker)
        try await worker.stop()
        #expect(try await queue.counts().visible == 1)

        let next = try await startWorker()
        try await untilQueueIsEmpty()
        #expect(try await count(FollowUploads.self) == 2)
        try await next.stop()
        await fixture.platform.close()
    }

    @Test("an idle ingest ends with its worker, not when the drain is over")
    func idle() async throws {
        let worker = try await startWorker()
        _ = try await poller()
        try await worker.stop()
        #expect(try await attempts().map(\.failure?.message) == ["the worker was shut down while the activity ran"])
        #expect(try await run.record().owner == .nobody)
        await fixture.platform.close()
    }
}
