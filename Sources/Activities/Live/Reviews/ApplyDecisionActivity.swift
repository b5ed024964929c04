import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Carries out the verdict on a playlist or an application in the administrator's name; the owner is notified in the same
/// transaction.
public struct ApplyDecisionActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = ApplyDecision
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``ApplyDecisionActivity``.
    public func execute(
        _ input: ApplyDecision.Input,
        in database: Database,
        context: ActivityContext
    ) throws -> Nothing {
        let subject = try input.review.subject()
        let time = now()
        let decision = MizzoCatalog.ReviewDecision(
            approved: input.decision.approved,
            reason: input.decision.reason,
            admin: UserID(rawValue: input.decision.administrator),
            decidedAt: time
        )
        try changingCatalog {
            switch subject {
            case .playlist(let id):
                let round = input.review.round
                try Catalog.applyPlaylistDecision(id, round: round, decision, at: time, in: database)
            case .application(let id):
                try Catalog.applyApplicationDecision(id, decision, at: time, in: database)
            case .track: throw Self.wrongKind
            }
        }
        return Nothing()
    }

    private static let wrongKind = ApplicationError(
        "a track's verdict is carried out by ApplyReview, expected a playlist or an application",
        type: "review-kind-not-valid",
        nonRetryable: true
    )
}
