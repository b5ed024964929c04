import ActivityContracts
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowTesting

@Suite("Making lyrics", .timeLimit(.minutes(2)))
struct SyncLyricsTests {
    private func run(on platform: FakePlatform) async throws {
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [SyncLyrics.self],
            activities: platform.activities
        ) { test in
            let id = SyncLyrics.id(trackID: "track-001")
            let run = try await test.client.start(SyncLyrics.self, id: id, input: TrackReference(trackID: "track-001"))
            _ = try await test.resultSkippingTime(of: run)
            try WorkflowReplayer([SyncLyrics.self]).replayEveryPrefix(try await run.history())
        }
    }

    @Test("lyrics are begun, made and stored")
    func stores() async throws {
        let platform = FakePlatform()
        try await run(on: platform)
        #expect(platform.log.all == ["BeginLyrics", "SynchronizeLyrics", "StoreLyrics", "stored"])
    }

    @Test("refused lyrics are recorded as failed, and the workflow completes")
    func recordsFailure() async throws {
        var platform = FakePlatform()
        platform.lyrics = { _ in
            throw ApplicationError("the model refused", type: "LyricsRefused", nonRetryable: true)
        }
        try await run(on: platform)
        #expect(platform.log.all == ["BeginLyrics", "SynchronizeLyrics", "StoreLyrics", "the model refused"])
    }

    @Test("a service that names a time to come back is tried again then")
    func waitsAsTold() async throws {
        var platform = FakePlatform()
        platform.lyrics = { context in
            guard context.attempt == 2 else {
                throw ApplicationError("busy", type: "rate-limited", nextRetryDelay: .seconds(3600))
            }
            return SynchronizeLyrics.Output(document: nil, provider: "none", explanation: "no lyrics")
        }
        try await run(on: platform)
        #expect(platform.log.all.last == "stored")
    }
}
