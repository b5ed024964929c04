import FoundationEssentials
import GRDB

/// One line of a track's history: who moved or edited it, when and why.
public struct TrackAuditEntry: Equatable, Sendable {
    /// Ascending; names the transition.
    public let id: Int64
    /// Who.
    public let actor: Actor
    /// When.
    public let at: Date
    /// `nil` for the registration.
    public let from: TrackStatus?
    /// Equal to `from` for an edit.
    public let to: TrackStatus
    /// The sentence the artist was given.
    public let reason: String?
    /// What else happened, such as `edited title`.
    public let note: String?
}

extension Catalog {
    /// The track's history, oldest first.
    public static func auditTrail(of id: TrackID, in db: Database) throws -> [TrackAuditEntry] {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM trackAudit WHERE trackID = ? ORDER BY id", arguments: [id])
        return try rows.map { row in
            let from: String? = row["fromStatus"]
            return TrackAuditEntry(
                id: row["id"],
                actor: row["actor"],
                at: row.date("at"),
                from: from.flatMap(TrackStatus.init(rawValue:)),
                to: try row.choice("toStatus"),
                reason: row["reason"],
                note: row["note"]
            )
        }
    }

    @discardableResult
    static func audit(
        _ id: TrackID,
        by actor: Actor,
        from: TrackStatus?,
        to: TrackStatus,
        reason: String?,
        note: String?,
        at now: Date,
        in db: Database
    ) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO trackAudit (trackID, actor, at, fromStatus, toStatus, reason, note)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [id, actor, now.milliseconds, from?.rawValue, to.rawValue, reason, note]
        )
        return db.lastInsertedRowID
    }
}
