import FoundationEssentials
import GRDB

/// What an owner's edit led to.
public struct PlaylistEdit: Equatable, Sendable {
    /// The playlist as it is now.
    public let playlist: Playlist
    /// A text changed after a verdict: another review has begun, and its workflow has to be started.
    public let beganReview: Bool
}

extension Catalog {
    /// Creates the playlist as REVIEWING, in its first round, with its audit row and the owner's notification.
    public static func createPlaylist(
        _ id: PlaylistID,
        owner: UserID,
        content: PlaylistContent,
        flags: [ProfanityFinding] = [],
        at now: Date,
        in db: Database
    ) throws -> Playlist {
        try db.execute(
            sql: """
                INSERT INTO playlist (id, owner, title, about, tracks, contentFlags, status, createdAt, updatedAt)
                VALUES (?, ?, ?, ?, ?, ?, 'REVIEWING', ?, ?)
                """,
            arguments: [
                id, owner, content.title, content.about, try jsonText(content.tracks), try jsonText(flags),
                now.milliseconds, now.milliseconds,
            ]
        )
        let playlist = try existingPlaylist(id, in: db)
        let created = StatusChange(to: PlaylistStatus.reviewing.rawValue, note: "created")
        try announce(created, of: playlist, by: .user(owner), at: now, in: db)
        return playlist
    }

    /// Replaces what the owner wrote. Another title or description sends a decided playlist back to REVIEWING; another
    /// choice of tracks does not, since tracks have reviews of their own.
    ///
    /// - Parameter expected: the version the owner has read.
    /// - Throws: ``CatalogError/staleSubject(_:expected:actual:)``; ``CatalogError/alreadyDecided(_:status:earlier:)``
    ///   while a verdict is being carried out: what was decided about is what will be shown.
    public static func editPlaylist(
        _ id: PlaylistID,
        content: PlaylistContent,
        flags: [ProfanityFinding],
        expected: Int64,
        by owner: UserID,
        at now: Date,
        in db: Database
    ) throws -> PlaylistEdit {
        let before = try existingPlaylist(id, in: db)
        guard before.version == expected else {
            throw CatalogError.staleSubject(.playlist(id), expected: expected, actual: before.version)
        }
        let isOtherText = before.content.title != content.title || before.content.about != content.about
        try refuseIfBeingCarriedOut(before, isOtherText: isOtherText, in: db)
        try store(content, flags: flags, in: before, at: now, in: db)
        let status = before.status.rawValue
        let edited = StatusChange(from: status, to: status, note: isOtherText ? "edited text" : "edited tracks")
        try audit(.playlist(id), edited, by: .user(owner), at: now, in: db)
        let beginsReview = isOtherText && before.status != .reviewing
        if beginsReview { try beginReview(of: before, at: now, in: db) }
        return PlaylistEdit(playlist: try existingPlaylist(id, in: db), beganReview: beginsReview)
    }

    private static func beginReview(of playlist: Playlist, at now: Date, in db: Database) throws {
        try db.execute(sql: "UPDATE playlist SET round = round + 1 WHERE id = ?", arguments: [playlist.id])
        try movePlaylist(playlist.id, to: .reviewing, by: .user(playlist.owner), at: now, in: db)
    }

    private static func refuseIfBeingCarriedOut(_ playlist: Playlist, isOtherText: Bool, in db: Database) throws {
        guard isOtherText, playlist.status == .reviewing,
            let earlier = try decision(on: .playlist(playlist.id), round: playlist.round, in: db)
        else { return }
        throw CatalogError.alreadyDecided(.playlist(playlist.id), status: playlist.status.rawValue, earlier: earlier)
    }

    private static func store(
        _ content: PlaylistContent,
        flags: [ProfanityFinding],
        in playlist: Playlist,
        at now: Date,
        in db: Database
    ) throws {
        try db.execute(
            sql: """
                UPDATE playlist SET title = ?, about = ?, tracks = ?, contentFlags = ?, updatedAt = ?,
                    version = version + 1 WHERE id = ?
                """,
            arguments: [
                content.title, content.about, try jsonText(content.tracks), try jsonText(flags), now.milliseconds,
                playlist.id,
            ]
        )
    }
}
