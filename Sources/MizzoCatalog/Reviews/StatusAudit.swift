import FoundationEssentials
import GRDB

/// One line of the history of a playlist or an application: who moved or edited it, when and why.
public struct StatusAuditEntry: Equatable, Sendable {
    /// Ascending; names the transition.
    public let id: Int64
    /// Who.
    public let actor: Actor
    /// When.
    public let at: Date
    /// `nil` for the creation.
    public let from: String?
    /// Equal to `from` for an edit.
    public let to: String
    /// The sentence the owner was given.
    public let reason: String?
    /// What else happened, such as `edited title`.
    public let note: String?
}

/// A change to record.
struct StatusChange {
    var from: String?
    var to: String
    var reason: String?
    var note: String?
}

extension Catalog {
    /// The history of a playlist or an application, oldest first. A track's is ``auditTrail(of:in:)``.
    public static func statusAudit(of subject: CatalogSubject, in db: Database) throws -> [StatusAuditEntry] {
        let sql = "SELECT * FROM statusAudit WHERE subject = ? ORDER BY id"
        return try Row.fetchAll(db, sql: sql, arguments: [subject.reference]).map { row in
            StatusAuditEntry(
                id: row["id"],
                actor: row["actor"],
                at: row.date("at"),
                from: row["fromStatus"],
                to: row["toStatus"],
                reason: row["reason"],
                note: row["note"]
            )
        }
    }

    @discardableResult
    static func audit(
        _ subject: CatalogSubject,
        _ change: StatusChange,
        by actor: Actor,
        at now: Date,
        in db: Database
    ) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO statusAudit (subject, actor, at, fromStatus, toStatus, reason, note)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                subject.reference, actor, now.milliseconds, change.from, change.to, change.reason, change.note,
            ]
        )
        return db.lastInsertedRowID
    }
}
