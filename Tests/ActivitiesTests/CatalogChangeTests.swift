import Activities
import ActivityContracts
import MizzoCatalog
import Testing
import WorkflowEngine

@Suite("Changes of the catalogue by workflows", .timeLimit(.minutes(2)))
struct CatalogChangeTests {
    @Test("processing begins once, however often it is asked for")
    func begins() async throws {
        let bench = try await ActivityBench()
        try await bench.run(BeginProcessingActivity(), ActivityBench.reference)
        let version = try await bench.track()?.version
        try await bench.run(BeginProcessingActivity(), ActivityBench.reference)
        #expect(try await bench.track()?.status == .processing)
        #expect(try await bench.track()?.version == version)
    }

    @Test("the review, the measurements and the start of the lyrics are one transaction")
    func requestsReview() async throws {
        let bench = try await ActivityBench()
        try await bench.move(to: .processing)
        let input = RequestReview.Input(trackID: ActivityBench.track, audio: .sample)
        let broken = RequestReviewActivity { _, _ in
            throw ApplicationError("no lyrics today", type: "test", nonRetryable: true)
        }
        await #expect(throws: WorkflowEndedError.self) { try await bench.run(broken, input) }
        #expect(try await bench.track()?.status == .processing)
        #expect(try await bench.track()?.audioFacts == nil)

        try await bench.run(RequestReviewActivity { _, _ in }, input)
        #expect(try await bench.track()?.status == .reviewing)
        #expect(try await bench.track()?.audioFacts?.durationSeconds == 180)
        #expect(try await bench.notifications() == [.trackReviewing])
    }

    @Test("a decision publishes or blocks, and the artist hears of it", arguments: [true, false])
    func applies(approved: Bool) async throws {
        let bench = try await ActivityBench()
        try await bench.move(to: .processing, .reviewing)
        let decision = ActivityContracts.ReviewDecision(approved: approved, reason: nil, administrator: "ada")
        try await bench.run(ApplyReviewActivity(), .init(trackID: ActivityBench.track, decision: decision))
        #expect(try await bench.track()?.status == (approved ? .published : .blocked))
        let kind: NotificationKind = approved ? .trackPublished : .trackBlocked
        #expect(try await bench.notifications().contains(kind))
    }

    @Test("a track that failed already stays failed, with one notification")
    func fails() async throws {
        let bench = try await ActivityBench()
        for _ in 0..<2 {
            try await bench.run(FailTrackActivity(), .init(trackID: ActivityBench.track, reason: "It is empty."))
        }
        #expect(try await bench.track()?.status == .failed)
        #expect(try await bench.track()?.statusReason == "It is empty.")
        #expect(try await bench.notifications() == [.trackFailed])
    }

    @Test("what the catalogue refuses is not tried again")
    func refused() async throws {
        let bench = try await ActivityBench()
        try await bench.move(to: .failed)
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(BeginProcessingActivity(), ActivityBench.reference)
        }
        #expect(error?.reason?.type == "track-illegal-move")
    }
}

extension TranscodeTrack.Output {
    static let sample = TranscodeTrack.Output(
        masterKey: "m",
        durationMilliseconds: 180_000,
        loudness: -14,
        truePeak: -1,
        objectCount: 1,
        byteCount: 1
    )
}
