import FoundationEssentials
import GRDB

extension Catalog {
    /// Records an admin's verdict on the open review, once. The workflow that waits for it moves the status; it has to
    /// learn of the verdict in the same transaction.
    ///
    /// - Returns: the playlist, whose `round` names the workflow.
    /// - Throws: ``CatalogError/alreadyDecided(_:status:earlier:)``, or an illegal move when there is no open review.
    public static func decidePlaylist(
        _ id: PlaylistID,
        _ decision: ReviewDecision,
        in db: Database
    ) throws -> Playlist {
        let playlist = try existingPlaylist(id, in: db)
        let earlier = try self.decision(on: .playlist(id), round: playlist.round, in: db)
        if let earlier {
            throw CatalogError.alreadyDecided(.playlist(id), status: playlist.status.rawValue, earlier: earlier)
        }
        guard playlist.status == .reviewing else {
            let wanted: PlaylistStatus = decision.approved ? .published : .blocked
            throw CatalogError.illegalMove(
                .playlist(id),
                from: playlist.status.rawValue,
                to: wanted.rawValue,
                exits: "only a REVIEWING playlist can be decided; \(playlist.status.exits)"
            )
        }
        let status = playlist.status.rawValue
        try record(decision, on: .playlist(id), round: playlist.round, status: status, in: db)
        return playlist
    }

    /// Carries a verdict out. A round that is not the open one any more is left alone, so a repeated step does nothing.
    public static func applyPlaylistDecision(
        _ id: PlaylistID,
        round: Int64,
        _ decision: ReviewDecision,
        at now: Date,
        in db: Database
    ) throws {
        let playlist = try existingPlaylist(id, in: db)
        guard playlist.round == round, playlist.status == .reviewing else { return }
        let status: PlaylistStatus = decision.approved ? .published : .blocked
        try movePlaylist(id, to: status, reason: decision.reason, by: .user(decision.admin), at: now, in: db)
    }

    /// Moves the playlist, with its audit row and the owner's notification in the same transaction. The status it has
    /// already writes nothing.
    ///
    /// - Throws: ``CatalogError/notFound(_:)``, ``CatalogError/illegalMove(_:from:to:exits:)``.
    public static func movePlaylist(
        _ id: PlaylistID,
        to status: PlaylistStatus,
        reason: String? = nil,
        by actor: Actor,
        at now: Date,
        in db: Database
    ) throws {
        let playlist = try existingPlaylist(id, in: db)
        guard playlist.status != status else { return }
        try playlist.status.checkMove(to: status, of: .playlist(id))
        try db.execute(
            sql: "UPDATE playlist SET status = ?, statusReason = ?, updatedAt = ?, version = version + 1 WHERE id = ?",
            arguments: [status.rawValue, reason, now.milliseconds, id]
        )
        let change = StatusChange(from: playlist.status.rawValue, to: status.rawValue, reason: reason)
        try announce(change, of: playlist, by: actor, at: now, in: db)
    }

    /// The audit row, and the owner's notification that it makes happen once.
    static func announce(
        _ change: StatusChange,
        of playlist: Playlist,
        by actor: Actor,
        at now: Date,
        in db: Database
    ) throws {
        let subject = CatalogSubject.playlist(playlist.id)
        let transition = try audit(subject, change, by: actor, at: now, in: db)
        guard let status = PlaylistStatus(rawValue: change.to) else { return }
        let message = NotificationMessage(
            kind: NotificationKind(status: status),
            subject: subject,
            title: playlist.content.title,
            reason: change.reason
        )
        try notify(playlist.owner, message, occasion: "status:\(transition)", at: now, in: db)
    }
}
