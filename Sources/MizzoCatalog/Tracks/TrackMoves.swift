import FoundationEssentials
import GRDB

/// What a move did.
public enum TrackMove: Equatable, Sendable {
    /// The status changed; the audit row's id names the transition.
    case moved(from: TrackStatus, transition: Int64)
    /// The track had that status already; nothing was written.
    case unchanged
}

extension Catalog {
    /// Moves the track and writes its audit row and the artist's notification in the same transaction.
    ///
    /// Moving to the status the track has already writes nothing, so a retried step cannot notify twice.
    ///
    /// - Parameter reason: a sentence for the artist; replaces the earlier one.
    /// - Throws: ``CatalogError/trackNotFound(_:)``, ``CatalogError/illegalMove(_:from:to:exits:)``.
    @discardableResult
    public static func moveTrack(
        _ id: TrackID,
        to status: TrackStatus,
        reason: String? = nil,
        by actor: Actor,
        at now: Date,
        in db: Database
    ) throws -> TrackMove {
        let track = try existingTrack(id, in: db)
        guard track.status != status else { return .unchanged }
        try track.status.checkMove(to: status, of: .track(id))
        try db.execute(
            sql: """
                UPDATE track SET status = ?, statusReason = ?, updatedAt = ?, version = version + 1,
                    progress = CASE WHEN ? THEN 100 ELSE progress END
                WHERE id = ?
                """,
            arguments: [status.rawValue, reason, now.milliseconds, status == .reviewing, id]
        )
        let transition = try audit(
            id,
            by: actor,
            from: track.status,
            to: status,
            reason: reason,
            note: nil,
            at: now,
            in: db
        )
        try notifyStatus(status, of: track, reason: reason, transition: transition, at: now, in: db)
        return .moved(from: track.status, transition: transition)
    }

    /// Records how far transcoding is. Only while PROCESSING and only forwards; anything else is ignored, because
    /// progress reports may arrive late or twice.
    public static func setProgress(_ percent: Int, of id: TrackID, at now: Date, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE track SET progress = ?1, updatedAt = ?2, version = version + 1
                WHERE id = ?3 AND status = 'PROCESSING' AND progress < ?1
                """,
            arguments: [min(max(percent, 0), 100), now.milliseconds, id]
        )
    }

    /// Stores measurements, replacing earlier ones. A missing track throws.
    public static func setAudioFacts(_ facts: AudioFacts, of id: TrackID, at now: Date, in db: Database) throws {
        try db.execute(
            sql: "UPDATE track SET audioFacts = ?, updatedAt = ?, version = version + 1 WHERE id = ?",
            arguments: [try jsonText(facts), now.milliseconds, id]
        )
        guard db.changesCount == 1 else { throw CatalogError.trackNotFound(id) }
    }
}
