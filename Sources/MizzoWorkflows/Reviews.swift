import ActivityContracts
import WorkflowEngine

/// What a review workflow is given.
public struct ReviewInput: Codable, Hashable, Sendable {
    /// What is reviewed.
    public var review: ReviewReference
    /// When admins are reminded.
    public var timing: ReviewTiming

    /// Describes a review.
    public init(review: ReviewReference, timing: ReviewTiming = .standard) {
        self.review = review
        self.timing = timing
    }
}

/// Waits for the verdict on one round of a playlist and carries it out: `PUBLISHED` or `BLOCKED`.
public struct ReviewPlaylist: Workflow {
    /// The name under which it is recorded.
    public static let name = "ReviewPlaylist"
    /// An administrator has decided.
    public static let review = Signal<ReviewDecision>("review")

    /// One workflow per round.
    public static func id(_ review: ReviewReference) -> WorkflowID {
        WorkflowID("review-playlist/\(review.id)/\(review.round)")
    }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: ReviewInput) async throws -> ReviewDecision {
        let decision = try await workflow.decision(Self.review, about: input.review, input.timing)
        try await workflow.execute(ApplyDecision.self, .init(review: input.review, decision: decision))
        return decision
    }
}

/// Waits for the verdict on a listener's application and carries it out: `APPROVED`, which makes an artist, or `REJECTED`.
public struct ReviewApplication: Workflow {
    /// The name under which it is recorded.
    public static let name = "ReviewApplication"
    /// An administrator has decided.
    public static let review = Signal<ReviewDecision>("review")

    /// One workflow per application.
    public static func id(_ review: ReviewReference) -> WorkflowID { WorkflowID("review-application/\(review.id)") }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: ReviewInput) async throws -> ReviewDecision {
        let decision = try await workflow.decision(Self.review, about: input.review, input.timing)
        try await workflow.execute(ApplyDecision.self, .init(review: input.review, decision: decision))
        return decision
    }
}
