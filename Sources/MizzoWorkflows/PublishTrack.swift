import ActivityContracts
import WorkflowEngine

/// Takes a track from its upload to its publication.
///
/// | track status | until |
/// |---|---|
/// | `PENDING` | the upload and its registration have both arrived, in either order |
/// | `PROCESSING` | the audio has been transcoded |
/// | `REVIEWING` | an administrator has decided, however long that takes; administrators are reminded meanwhile |
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

    /// Which track, and how long to wait for people.
    public struct Input: Codable, Hashable, Sendable {
        /// The track's id.
        public var trackID: String
        /// How long an upload may wait for its registration, and a registration for its upload.
        public var arrivalSeconds: Int
        /// When administrators are reminded.
        public var review: ReviewTiming

        /// Describes a publication; a day for uploads.
        public init(trackID: String, arrivalSeconds: Int = 86_400, review: ReviewTiming = .standard) {
            self.trackID = trackID
            self.arrivalSeconds = arrivalSeconds
            self.review = review
        }

        /// Everything but the track may be left out.
        public init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            self.init(trackID: try members.decode(String.self, forKey: .trackID))
            arrivalSeconds = try members.decodeIfPresent(Int.self, forKey: .arrivalSeconds) ?? arrivalSeconds
            review = try members.decodeIfPresent(ReviewTiming.self, forKey: .review) ?? review
        }

        var track: TrackReference { TrackReference(trackID: trackID) }
    }

    /// One workflow per track.
    public static func id(trackID: String) -> WorkflowID { WorkflowID("publish-track/\(trackID)") }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: Input) async throws -> Publication {
        do {
            return try await publication(workflow, input)
        } catch is CancellationError {
            await workflow.shieldedFromCancellation { await stop(workflow, input.track) }
            throw CancellationError()
        }
    }

    /// The artist hears of it. A track that was never registered, or was decided meanwhile, stays as it is.
    private func stop(_ workflow: WorkflowContext, _ track: TrackReference) async {
        let reason = "The publication of this track was stopped. Please contact us."
        _ = try? await workflow.execute(FailTrack.self, .init(trackID: track.trackID, reason: reason))
        workflow.publish(.failed, as: Self.stage)
    }

    private func publication(_ workflow: WorkflowContext, _ input: Input) async throws -> Publication {
        workflow.publish(.waitingForUpload, as: Self.stage)
        async let upload = workflow.next(Self.uploaded, timeout: .seconds(input.arrivalSeconds))
        async let registration = workflow.next(Self.registered, timeout: .seconds(input.arrivalSeconds))
        let (object, isRegistered) = (try await upload, try await registration != nil)
        guard let object else { return try await giveUp(workflow, input.track, wasRegistered: isRegistered) }
        if !isRegistered {
            // The ticket decides: once it is void, nobody can register any more.
            guard try await !workflow.execute(AbandonUpload.self, input.track).isAbandoned else {
                return try await giveUp(workflow, input.track, wasRegistered: false)
            }
            _ = try await workflow.next(Self.registered)
        }
        guard let audio = try await transcode(workflow, input.track, object) else {
            return Publication(stage: .failed, reason: "the audio cannot be used")
        }
        return try await review(workflow, input, audio)
    }

    /// What was uploaded is deleted. An upload without registration has no track that could fail.
    private func giveUp(
        _ workflow: WorkflowContext,
        _ track: TrackReference,
        wasRegistered: Bool
    ) async throws -> Publication {
        let reason = wasRegistered ? "The audio file never arrived. Please upload it again." : "never registered"
        if wasRegistered { try await workflow.execute(FailTrack.self, .init(trackID: track.trackID, reason: reason)) }
        try await workflow.execute(RemoveUpload.self, track)
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
        _ input: Input,
        _ audio: TranscodeTrack.Output
    ) async throws -> Publication {
        _ = try await workflow.execute(InspectPoster.self, input.track)
        try await workflow.execute(RequestReview.self, .init(trackID: input.trackID, audio: audio))
        workflow.publish(.reviewing, as: Self.stage)
        let reference = ReviewReference(kind: .track, id: input.trackID)
        let decision = try await workflow.decision(Self.review, about: reference, input.review)
        try await workflow.execute(ApplyReview.self, .init(trackID: input.trackID, decision: decision))
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
