import ActivityContracts
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowTesting

@Suite("Publishing a track", .timeLimit(.minutes(2)))
struct PublishTrackTests {
    /// What happens to a run, in the order in which the test makes it happen.
    enum Step: Sendable {
        case upload, register, approve, reject, cancel
    }

    /// Runs the workflow through the steps, checks that every prefix of its history replays, and returns how it ended.
    private func outcome(
        of steps: [Step],
        on platform: FakePlatform
    ) async throws -> Result<PublishTrack.Publication, any Error> {
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [PublishTrack.self],
            activities: platform.activities
        ) { test in
            let id = PublishTrack.id(trackID: "track-001")
            let run = try await test.client.start(
                PublishTrack.self,
                id: id,
                input: PublishTrack.Input(trackID: "track-001")
            )
            for step in steps { try await send(step, to: run) }
            let result: Result<PublishTrack.Publication, any Error>
            do {
                result = .success(try await test.resultSkippingTime(of: run))
            } catch {
                result = .failure(error)
            }
            try WorkflowReplayer([PublishTrack.self]).replayEveryPrefix(try await run.history())
            return result
        }
    }

    private func send(_ step: Step, to run: WorkflowHandle<PublishTrack>) async throws {
        func decision(_ approved: Bool) -> ReviewDecision {
            ReviewDecision(approved: approved, reason: approved ? nil : "Too loud.", administrator: "ada")
        }
        switch step {
        case .upload: try await run.signal(PublishTrack.uploaded, .sample)
        case .register: try await run.signal(PublishTrack.registered, Nothing())
        case .approve: try await run.signal(PublishTrack.review, decision(true))
        case .cancel: try await run.cancel(reason: "operator")
        case .reject: try await run.signal(PublishTrack.review, decision(false))
        }
    }

    @Test(
        "a track is published whatever arrives first",
        arguments: [[Step.upload, .register, .approve], [.register, .upload, .approve]]
    )
    func publishes(steps: [Step]) async throws {
        let platform = FakePlatform()
        let publication = try await outcome(of: steps, on: platform).get()
        #expect(publication.stage == .published)
        let expected = [
            "BeginProcessing", "TranscodeTrack", "InspectPoster", "RequestReview", "ApplyReview", "approved",
        ]
        #expect(platform.log.all == expected)
    }

    @Test("a rejected track is blocked with the reason")
    func blocks() async throws {
        let publication = try await outcome(of: [.upload, .register, .reject], on: FakePlatform()).get()
        #expect(publication.stage == .blocked)
        #expect(publication.reason == "Too loud.")
    }

    @Test("an upload that is never registered is deleted after a day, once its ticket is void")
    func neverRegistered() async throws {
        let platform = FakePlatform()
        let publication = try await outcome(of: [.upload], on: platform).get()
        #expect(publication.stage == .failed)
        #expect(platform.log.all == ["AbandonUpload", "RemoveUpload"])
    }

    @Test("a registration whose upload never comes fails the track with a sentence")
    func neverUploaded() async throws {
        let platform = FakePlatform()
        let publication = try await outcome(of: [.register], on: platform).get()
        #expect(publication.stage == .failed)
        let sentence = "The audio file never arrived. Please upload it again."
        #expect(platform.log.all == ["FailTrack", sentence, "RemoveUpload"])
    }

    @Test("a registration that slips in at the last moment is waited for, and nothing is deleted")
    func registeredAtTheLastMoment() async throws {
        var platform = FakePlatform()
        platform.abandons = false
        let log = platform.log
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [PublishTrack.self],
            activities: platform.activities
        ) { test in
            let input = PublishTrack.Input(trackID: "track-001", arrivalSeconds: 3600)
            let run = try await test.client.start(PublishTrack.self, id: "publish-track/track-001", input: input)
            try await send(.upload, to: run)
            // The timer of the wait for the upload may have started before; this is the activation that starts the next one.
            try await test.event(.workflowExecutionSignaled, in: run)
            test.clock.advance(by: .seconds(3600))
            try await test.until { log.all == ["AbandonUpload"] }
            try await send(.register, to: run)
            try await send(.reject, to: run)
            #expect(try await test.resultSkippingTime(of: run).stage == .blocked)
            #expect(log.all.first == "AbandonUpload")
            #expect(!log.all.contains("RemoveUpload"))
            try WorkflowReplayer([PublishTrack.self]).replayEveryPrefix(try await run.history())
        }
    }

    @Test("unusable audio fails the track with the transcoder's sentence, after one attempt")
    func unusableAudio() async throws {
        var platform = FakePlatform()
        platform.transcode = { _ in
            throw ApplicationError("The file is empty.", type: TranscodeTrack.unusableAudio, nonRetryable: true)
        }
        let publication = try await outcome(of: [.upload, .register], on: platform).get()
        #expect(publication.stage == .failed)
        #expect(platform.log.all == ["BeginProcessing", "TranscodeTrack", "FailTrack", "The file is empty."])
    }

    @Test(
        "a cancelled workflow fails the track, so that it does not stay where it is for ever",
        arguments: [[Step.cancel], [.register, .cancel], [.upload, .register, .cancel]]
    )
    func cancelled(steps: [Step]) async throws {
        let platform = FakePlatform()
        let result = try await outcome(of: steps, on: platform)
        #expect { try result.get() } throws: { ($0 as? WorkflowEndedError)?.status == .cancelled }
        #expect(
            platform.log.all.suffix(2) == [
                "FailTrack", "The publication of this track was stopped. Please contact us.",
            ]
        )
    }

    @Test("a passing fault is tried again")
    func retries() async throws {
        var platform = FakePlatform()
        platform.transcode = { context in
            guard context.attempt == 3 else { throw ApplicationError("disk full", type: "disk-full") }
            return .sample
        }
        let publication = try await outcome(of: [.upload, .register, .approve], on: platform).get()
        #expect(publication.stage == .published)
        #expect(platform.log.all.count { $0 == "TranscodeTrack" } == 3)
    }

    @Test("a fault that does not pass fails the track and the workflow")
    func givesUp() async throws {
        var platform = FakePlatform()
        platform.transcode = { _ in throw ApplicationError("disk full", type: "disk-full") }
        let result = try await outcome(of: [.upload, .register], on: platform)
        #expect(throws: WorkflowEndedError.self) { try result.get() }
        #expect(platform.log.all.count { $0 == "TranscodeTrack" } == 6)
        #expect(platform.log.all.last == "Something went wrong on our side while preparing your track.")
    }
}

extension WorkerConfiguration {
    /// Serves the queues of all activities.
    static var allQueues: WorkerConfiguration {
        WorkerConfiguration(
            activitySlots: [
                .default: 10, TranscodeTrack.queue: 2, SynchronizeLyrics.queue: 1, TakeUploads.queue: 1,
            ],
            drainTimeout: .zero
        )
    }
}
