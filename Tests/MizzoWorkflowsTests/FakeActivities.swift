import ActivityContracts
import Synchronization
import WorkflowEngine

/// What the fake activities were asked, in order.
final class CallLog: Sendable {
    private let calls = Mutex<[String]>([])

    var all: [String] { calls.withLock { $0 } }

    func add(_ call: String) { calls.withLock { $0.append(call) } }
}

/// An activity that notes its name and answers what the test says.
struct Fake<Contract: ActivityContract>: Activity {
    let log: CallLog
    let answer: @Sendable (Contract.Input, ActivityContext) throws -> Contract.Output

    init(
        _ contract: Contract.Type,
        _ log: CallLog,
        _ answer: @escaping @Sendable (Contract.Input, ActivityContext) throws -> Contract.Output
    ) {
        self.log = log
        self.answer = answer
    }

    func execute(_ input: Contract.Input, context: ActivityContext) async throws -> Contract.Output {
        log.add(Contract.name)
        return try answer(input, context)
    }
}

/// The platform's activities without a platform.
struct FakePlatform: Sendable {
    let log = CallLog()
    var transcode: @Sendable (ActivityContext) throws -> TranscodeTrack.Output = { _ in .sample }
    var lyrics: @Sendable (ActivityContext) throws -> SynchronizeLyrics.Output = { _ in
        SynchronizeLyrics.Output(document: "{}", provider: "fake", explanation: "fake")
    }

    /// Whether the ticket of an unregistered upload is void when the workflow asks.
    var abandons = true

    var activities: [any Activity] { publishing + reviewing }

    private var reviewing: [any Activity] {
        let (log, abandons) = (log, abandons)
        return [
            Fake(InspectPoster.self, log) { _, _ in InspectPoster.Output(refusal: nil) },
            Fake(RemoveUpload.self, log) { _, _ in Nothing() },
            Fake(DiscardParts.self, log) { _, _ in Nothing() },
            Fake(AbandonUpload.self, log) { _, _ in AbandonUpload.Output(isAbandoned: abandons) },
            Fake(AbandonPoster.self, log) { _, _ in AbandonPoster.Output(isAbandoned: abandons) },
            Fake(RemovePoster.self, log) { _, _ in Nothing() },
            Fake(RemindReviewers.self, log) { input, _ in
                log.add(input.reminder.map { "reminder \($0)" } ?? "escalation")
                return Nothing()
            },
            Fake(ApplyDecision.self, log) { input, _ in
                log.add("\(input.review.kind.rawValue) \(input.decision.approved ? "approved" : "rejected")")
                return Nothing()
            },
        ]
    }

    private var publishing: [any Activity] {
        let (log, transcode, lyrics) = (log, transcode, lyrics)
        return [
            Fake(BeginProcessing.self, log) { _, _ in Nothing() },
            Fake(TranscodeTrack.self, log) { try transcode($1) },
            Fake(RequestReview.self, log) { _, _ in Nothing() },
            Fake(ApplyReview.self, log) { input, _ in
                log.add(input.decision.approved ? "approved" : "rejected")
                return Nothing()
            },
            Fake(FailTrack.self, log) { input, _ in
                log.add(input.reason)
                return Nothing()
            },
            Fake(BeginLyrics.self, log) { _, _ in Nothing() },
            Fake(SynchronizeLyrics.self, log) { try lyrics($1) },
            Fake(StoreLyrics.self, log) { input, _ in
                log.add(input.failure ?? "stored")
                return Nothing()
            },
        ]
    }
}

extension TranscodeTrack.Output {
    static let sample = TranscodeTrack.Output(
        masterKey: "transcoded-track/track-001/master.m3u8",
        durationMilliseconds: 180_000,
        loudness: -14,
        truePeak: -1,
        objectCount: 39,
        byteCount: 4_000_000
    )
}

extension UploadedObject {
    static let sample = UploadedObject(key: "raw-track/track-001.mp3", entityTag: "e1", byteCount: 3_000_000)
}
