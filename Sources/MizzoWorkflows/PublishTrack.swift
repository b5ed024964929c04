import ActivityContracts
import WorkflowEngine

/// Takes a track from its upload to its publication.
///
/// | track status | until |
/// |---|---|
/// | `PENDING` | the upload and its registration have both arrived, in either order |
/// | `PROCESSING` | the audio has been transcoded |
/// | `REVIEWING` | an administrator has decided, however long that takes |
/// | `PUBLISHED`, `BLOCKED` | the end |
/// | `FAILED` | the end: one of the two never came, the audio cannot be used, or an operator cancelled the workflow |
public struct PublishTrack: Workflow {
    /// The name under which it is recorded.
    public static let name = "PublishTrack"

    /// The audio is in the object store.
    public static let uploaded = Signal<UploadedObject>("uploaded")
    /// The artist has registered the track.
    public static let registered = Signal<Nothing>("registered")
    /// An administrator has decided.
    public static let review = Signal<ReviewDecision>("review")
    /// Where the track is.
    public static let stage = Published<Stage>("stage")

    /// The steps, as operators see them.
    public enum Stage: String, Codable, Sendable {
        case waitingForUpload, transcoding, reviewing, published, blocked, failed
    }

    /// How it ended.
    public struct Publication: Codable, Hashable, Sendable {
        /// The last stage.
        public var stage: Stage
        /// Why, unless it was published.
        public var reason: String?
    }

    /// How long an upload may wait for its registration, and a registration for its upload.
    static let arrivalLimit = Duration.seconds(24 * 3600)

    /// One workflow per track.
    public static func id(trackID: String) -> WorkflowID { WorkflowID("publish-track/\(trackID)") }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: TrackReference) async throws -> Publication {
        do {
            return try await publication(workflow, input)
        } catch is CancellationError {
            await workflow.shieldedFromCancellation { await stop(workflow, input) }
            throw CancellationError()
        }
    }

    /// The artist hears of it. A track that was never registered, or was decided meanwhile, stays as it is.
    private func stop(_ workflow: WorkflowContext, _ track: TrackReference) async {
        let reason = "The publication of this track was stopped. Please contact us."
        _ = try? await workflow.execute(FailTrack.self, .init(trackID: track.trackID, reason: reason))
        workflow.publish(.failed, as: Self.stage)
    }

    private func publication(_ workflow: WorkflowContext, _ input: TrackReference) async throws -> Publication {
        workflow.publish(.waitingForUpload, as: Self.stage)
        async let upload = workflow.next(Self.uploaded, timeout: Self.arrivalLimit)
        async let registration = workflow.next(Self.registered, timeout: Self.arrivalLimit)
        let (object, isRegistered) = (try await upload, try await registration != nil)
        guard let object, isRegistered else {
            return try await giveUp(workflow, input, wasRegistered: isRegistered)
        }
        guard let audio = try await transcode(workflow, input, object) else {
            return Publication(stage: .failed, reason: "the audio cannot be used")
        }
        return try await review(workflow, input, audio)
    }

    /// An upload without registration has no track that could fail; its audio is left to the store's expiry.
    private func giveUp(
        _ workflow: WorkflowContext,
        _ track: TrackReference,
        wasRegistered: Bool
    ) async throws -> Publication {
        let reason = wasRegistered ? "The audio file never arrived. Please upload it again." : "never registered"
        if wasRegistered { try await workflow.execute(FailTrack.self, .init(trackID: track.trackID, reason: reason)) }
        workflow.publish(.failed, as: Self.stage)
        return Publication(stage: .failed, reason: reason)
    }

    /// `nil` when the audio cannot be used, which is an outcome; any other failure fails the track and the workflow.
    private func transcode(
        _ workflow: WorkflowContext,
        _ track: TrackReference,
        _ object: UploadedObject
    ) async throws -> TranscodeTrack.Output? {
        workflow.publish(.transcoding, as: Self.stage)
        try await workflow.execute(BeginProcessing.self, track)
        do {
            return try await workflow.execute(TranscodeTrack.self, .init(trackID: track.trackID, source: object))
        } catch let failure as Failure {
            let sentence = failure.sentenceForArtist
            let reason = sentence ?? "Something went wrong on our side while preparing your track."
            try await workflow.execute(FailTrack.self, .init(trackID: track.trackID, reason: reason))
            workflow.publish(.failed, as: Self.stage)
            if sentence == nil { throw failure }
            return nil
        }
    }

    private func review(
        _ workflow: WorkflowContext,
        _ track: TrackReference,
        _ audio: TranscodeTrack.Output
    ) async throws -> Publication {
        try await workflow.execute(RequestReview.self, .init(trackID: track.trackID, audio: audio))
        workflow.publish(.reviewing, as: Self.stage)
        let decision = try await workflow.next(Self.review)
        try await workflow.execute(ApplyReview.self, .init(trackID: track.trackID, decision: decision))
        let stage: Stage = decision.approved ? .published : .blocked
        workflow.publish(stage, as: Self.stage)
        return Publication(stage: stage, reason: decision.reason)
    }
}

extension Failure {
    /// The transcoder's sentence about audio that cannot be used.
    fileprivate var sentenceForArtist: String? {
        for link in chain {
            if case .application(let info) = link.kind, info.type == TranscodeTrack.unusableAudio {
                return link.message
            }
        }
        return nil
    }
}
