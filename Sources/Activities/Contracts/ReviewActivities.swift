import WorkflowEngine

/// What waits for an admin's decision.
public struct ReviewReference: Codable, Hashable, Sendable {
    /// The kinds of things that are reviewed.
    public enum Kind: String, Codable, Sendable {
        case track, playlist
        case application = "artist-application"
    }

    /// What it is.
    public var kind: Kind
    /// Its id.
    public var id: String
    /// Counts the reviews of one playlist; 1 for everything else.
    public var round: Int64

    /// Names a review.
    public init(kind: Kind, id: String, round: Int64 = 1) {
        self.kind = kind
        self.id = id
        self.round = round
    }
}

/// How long a review may wait before admins are reminded.
public struct ReviewTiming: Codable, Hashable, Sendable {
    /// Between two reminders; 0: none.
    public var reminderSeconds: Int
    /// Until the review is called overdue, after which nobody is reminded any more; 0: never.
    public var escalationSeconds: Int

    /// Takes the times as configured.
    public init(reminderSeconds: Int, escalationSeconds: Int) {
        self.reminderSeconds = reminderSeconds
        self.escalationSeconds = escalationSeconds
    }

    /// A reminder every day, overdue after three.
    public static let standard = ReviewTiming(reminderSeconds: 86_400, escalationSeconds: 3 * 86_400)
}

/// Tells every admin that a review waits, unless it has been decided. Transactional.
public enum RemindReviewers: ActivityContract {
    /// Which review, and why now.
    public struct Input: Codable, Hashable, Sendable {
        /// What waits.
        public var review: ReviewReference
        /// Counted from one; `nil` for the escalation.
        public var reminder: Int?
        /// Describes the reminder.
        public init(review: ReviewReference, reminder: Int?) {
            self.review = review
            self.reminder = reminder
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "RemindReviewers"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// Carries out a decision about a playlist or an application: status, role, audit and notification. Transactional.
public enum ApplyDecision: ActivityContract {
    /// The review and its outcome.
    public struct Input: Codable, Hashable, Sendable {
        /// What was decided about.
        public var review: ReviewReference
        /// The decision.
        public var decision: ReviewDecision
        /// Describes the change.
        public init(review: ReviewReference, decision: ReviewDecision) {
            self.review = review
            self.decision = decision
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "ApplyDecision"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}
