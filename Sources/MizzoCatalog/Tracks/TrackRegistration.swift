import FoundationEssentials
import GRDB

extension Catalog {
    /// Creates the track as PENDING, uses up its ticket and opens its audit trail, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - registration: the canonical request, kept to recognise a retry.
    ///   - flags: findings that an admin should see.
    @discardableResult
    public static func registerTrack(
        _ id: TrackID,
        owner: UserID,
        details: TrackDetails,
        flags: [ProfanityFinding] = [],
        registration: String,
        at now: Date,
        in db: Database
    ) throws -> Track {
        try db.execute(
            sql: """
                INSERT INTO track (id, owner, title, language, duration, tags, lyricsText, posterKey,
                    secondaryArtists, contentFlags, status, registration, createdAt, updatedAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, owner, details.title, details.language, details.duration, try jsonText(details.tags),
                details.lyricsText, details.posterKey, try jsonText(details.secondaryArtists), try jsonText(flags),
                TrackStatus.pending.rawValue, registration, now.milliseconds, now.milliseconds,
            ]
        )
        try markUsed(UploadID(audioOf: id), at: now, in: db)
        if let poster = details.posterKey {
            try db.execute(
                sql: "UPDATE uploadTicket SET usedAt = coalesce(usedAt, ?) WHERE objectKey = ?",
                arguments: [now.milliseconds, poster]
            )
        }
        try audit(id, by: .user(owner), from: nil, to: .pending, reason: nil, note: "registered", at: now, in: db)
        return try existingTrack(id, in: db)
    }

    /// The track, if there is one, whoever asks.
    public static func track(_ id: TrackID, in db: Database) throws -> Track? {
        try Row.fetchOne(db, sql: "SELECT * FROM track WHERE id = ?", arguments: [id]).map(Track.init(row:))
    }

    static func existingTrack(_ id: TrackID, in db: Database) throws -> Track {
        guard let track = try track(id, in: db) else { throw CatalogError.trackNotFound(id) }
        return track
    }
}
