import ActivityContracts
import FoundationEssentials
import GRDB
import Logging
import MizzoCatalog
import WorkflowEngine

/// Puts a reminder into every admin's inbox, once; nothing when the review has been decided meanwhile.
public struct RemindReviewersActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = RemindReviewers
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``RemindReviewersActivity``.
    public func execute(
        _ input: RemindReviewers.Input,
        in database: Database,
        context: ActivityContext
    ) throws -> Nothing {
        let subject = try input.review.subject()
        let reminder = input.reminder.map(ReviewReminder.reminder) ?? .escalation
        let isWaiting = try changingCatalog {
            try Catalog.remindReviewers(of: subject, round: input.review.round, reminder, at: now(), in: database)
        }
        if isWaiting, reminder == .escalation {
            context.logger.warning("a review is overdue", metadata: ["subject": "\(subject.reference)"])
        }
        return Nothing()
    }
}
