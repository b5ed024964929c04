import FoundationEssentials
import GRDB

/// Why admins are told of a review that waits.
public enum ReviewReminder: Hashable, Sendable {
    /// Counted from one.
    case reminder(Int)
    /// It has waited too long.
    case escalation

    var key: String {
        switch self {
        case .reminder(let number): "reminder-\(number)"
        case .escalation: "escalation"
        }
    }
}

extension Catalog {
    /// Tells every admin who is not locked out that a review waits; each admin once per round and reminder.
    ///
    /// - Returns: `false`, and tells nobody, when the review has been decided or the subject is not under review.
    @discardableResult
    public static func remindReviewers(
        of subject: CatalogSubject,
        round: Int64,
        _ reminder: ReviewReminder,
        at now: Date,
        in db: Database
    ) throws -> Bool {
        guard let title = try titleUnderReview(subject, round: round, in: db) else { return false }
        let sql = "SELECT id FROM user WHERE role = 'admin' AND disabledAt IS NULL ORDER BY id"
        for admin in try UserID.fetchAll(db, sql: sql) {
            let occasion = "review:\(subject.reference):\(round):\(reminder.key):\(admin)"
            let kind: NotificationKind = reminder == .escalation ? .reviewEscalated : .reviewReminder
            let message = NotificationMessage(kind: kind, subject: subject, title: title, reason: nil)
            try notify(admin, message, occasion: occasion, at: now, in: db)
        }
        return true
    }

    /// `nil` when nobody has to decide about this round any more.
    private static func titleUnderReview(
        _ subject: CatalogSubject,
        round: Int64,
        in db: Database
    ) throws -> String? {
        switch subject {
        case .track(let id):
            guard let track = try track(id, in: db), track.status == .reviewing else { return nil }
            return try reviewDecision(on: id, in: db) == nil ? track.details.title : nil
        case .playlist(let id):
            guard let playlist = try playlist(id, in: db), playlist.status == .reviewing else { return nil }
            guard playlist.round == round else { return nil }
            return try decision(on: subject, round: round, in: db) == nil ? playlist.content.title : nil
        case .application(let id):
            guard let application = try application(id, in: db), application.status == .reviewing else { return nil }
            return try decision(on: subject, round: 1, in: db) == nil ? application.form.artistName : nil
        }
    }
}
