import FoundationEssentials
import GRDB

extension Catalog {
    /// Records the verdict, once. The status itself is moved by the publishing workflow, which learns of the verdict
    /// in the same transaction.
    ///
    /// - Throws: ``CatalogError/notReviewable(_:status:earlier:)`` when the track is not REVIEWING or was decided.
    public static func decide(_ id: TrackID, _ decision: ReviewDecision, in db: Database) throws {
        let track = try existingTrack(id, in: db)
        let earlier = try reviewDecision(on: id, in: db)
        guard track.status == .reviewing, earlier == nil else {
            throw CatalogError.notReviewable(id, status: track.status, earlier: earlier)
        }
        try db.execute(
            sql: "INSERT INTO trackDecision (trackID, approved, reason, admin, decidedAt) VALUES (?, ?, ?, ?, ?)",
            arguments: [id, decision.approved, decision.reason, decision.admin, decision.decidedAt.milliseconds]
        )
        try touch(id, at: decision.decidedAt, in: db)
        try audit(
            id,
            by: .user(decision.admin),
            from: track.status,
            to: track.status,
            reason: decision.reason,
            note: decision.note,
            at: decision.decidedAt,
            in: db
        )
    }

    /// The verdict, if there is one.
    public static func reviewDecision(on id: TrackID, in db: Database) throws -> ReviewDecision? {
        try Row.fetchOne(db, sql: "SELECT * FROM trackDecision WHERE trackID = ?", arguments: [id])
            .map(ReviewDecision.init(row:))
    }

    private static func touch(_ id: TrackID, at now: Date, in db: Database) throws {
        try db.execute(
            sql: "UPDATE track SET updatedAt = ?, version = version + 1 WHERE id = ?",
            arguments: [now.milliseconds, id]
        )
    }
}
