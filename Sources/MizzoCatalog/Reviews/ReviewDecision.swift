import FoundationEssentials
import GRDB

/// An admin's one verdict on a track, a playlist or an application under review.
public struct ReviewDecision: Equatable, Sendable {
    /// Publish or block; make an artist or not.
    public let approved: Bool
    /// A sentence for the owner.
    public let reason: String?
    /// Who decided.
    public let admin: UserID
    /// When.
    public let decidedAt: Date

    /// A verdict to record.
    public init(approved: Bool, reason: String?, admin: UserID, decidedAt: Date) {
        self.approved = approved
        self.reason = reason
        self.admin = admin
        self.decidedAt = decidedAt
    }

    init(row: Row) {
        self.init(
            approved: row["approved"],
            reason: row["reason"],
            admin: row["admin"],
            decidedAt: row.date("decidedAt")
        )
    }

    /// For audits.
    var note: String { approved ? "approved" : "rejected" }
}

extension Catalog {
    /// The verdict of one review of a playlist or an application. Each review is decided once: its key is unique.
    static func decision(on subject: CatalogSubject, round: Int64, in db: Database) throws -> ReviewDecision? {
        let sql = "SELECT * FROM reviewDecision WHERE subject = ? AND round = ?"
        return try Row.fetchOne(db, sql: sql, arguments: [subject.reference, round]).map(ReviewDecision.init(row:))
    }

    /// - Throws: ``CatalogError/alreadyDecided(_:status:earlier:)``.
    static func record(
        _ decision: ReviewDecision,
        on subject: CatalogSubject,
        round: Int64,
        status: String,
        in db: Database
    ) throws {
        if let earlier = try self.decision(on: subject, round: round, in: db) {
            throw CatalogError.alreadyDecided(subject, status: status, earlier: earlier)
        }
        try db.execute(
            sql: """
                INSERT INTO reviewDecision (subject, round, approved, reason, admin, decidedAt)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                subject.reference, round, decision.approved, decision.reason, decision.admin,
                decision.decidedAt.milliseconds,
            ]
        )
        let change = StatusChange(from: status, to: status, reason: decision.reason, note: decision.note)
        try audit(subject, change, by: .user(decision.admin), at: decision.decidedAt, in: db)
    }
}
