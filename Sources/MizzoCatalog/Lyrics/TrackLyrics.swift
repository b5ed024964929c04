import FoundationEssentials
import GRDB

/// How far the lyrics of a track are.
public enum LyricsStatus: String, Codable, Sendable, CaseIterable {
    /// Being made.
    case pending = "PENDING"
    /// There is a document.
    case completed = "COMPLETED"
    /// There will be none unless they are asked for again.
    case failed = "FAILED"
}

/// The lyrics of a track.
public struct TrackLyrics: Equatable, Sendable {
    /// How far they are.
    public let status: LyricsStatus
    /// The document once completed.
    public let document: LyricsDocument?
    /// A sentence: why they failed, or why they are incomplete.
    public let reason: String?
    /// Who made them.
    public let provider: String?
    /// The last change.
    public let updatedAt: Date
    /// Grows by one whenever lyrics are asked for again after a failure or completion.
    public let generation: Int64
    /// Grows by one with every change.
    public let version: Int64
}

extension Catalog {
    /// Asks for lyrics. While they are PENDING nothing changes; afterwards a new generation begins.
    public static func requestLyrics(of id: TrackID, at now: Date, in db: Database) throws {
        _ = try existingTrack(id, in: db)
        try db.execute(
            sql: """
                INSERT INTO lyrics (trackID, status, updatedAt) VALUES (?, 'PENDING', ?)
                ON CONFLICT (trackID) DO UPDATE SET status = 'PENDING', reason = NULL, updatedAt = excluded.updatedAt,
                    generation = generation + 1, version = version + 1
                WHERE status <> 'PENDING'
                """,
            arguments: [id, now.milliseconds]
        )
    }

    /// Opens the record of lyrics that are about to be made. What a person has written meanwhile stays: only somebody
    /// who asks for other lyrics gives it up.
    public static func beginLyrics(of id: TrackID, at now: Date, in db: Database) throws {
        let before = try lyrics(of: id, in: db)
        guard before?.status != .completed || before?.provider != editedLyricsProvider else { return }
        try requestLyrics(of: id, at: now, in: db)
    }

    /// Asks for lyrics again, instead of those there are.
    ///
    /// - Throws: ``CatalogError/lyricsPending(_:)`` while they are being made.
    public static func regenerateLyrics(of id: TrackID, by actor: Actor, at now: Date, in db: Database) throws {
        let track = try existingTrack(id, in: db)
        guard try lyrics(of: id, in: db)?.status != .pending else { throw CatalogError.lyricsPending(id) }
        try requestLyrics(of: id, at: now, in: db)
        let status = track.status
        try audit(id, by: actor, from: status, to: status, reason: nil, note: "asked for lyrics", at: now, in: db)
    }

    /// Stores the document and tells the artist, once per generation. Lyrics that are settled already, also by an edit
    /// meanwhile, stay as they are.
    ///
    /// - Parameter flags: what the rules find in the lines, in the place of what they found in earlier ones.
    public static func completeLyrics(
        of id: TrackID,
        document: LyricsDocument,
        provider: String,
        reason: String? = nil,
        flags: [ProfanityFinding] = [],
        at now: Date,
        in db: Database
    ) throws {
        let track = try existingTrack(id, in: db)
        guard try settleLyrics(of: id, .completed, document, reason: reason, provider: provider, at: now, in: db)
        else { return }
        if flags != track.contentFlags.filter(\.isAboutSyncedLines) {
            try markLines(of: track, flags, at: now, in: db)
        }
        let generation = try lyrics(of: id, in: db)?.generation ?? 1
        try notifyLyricsReady(track, generation: generation, at: now, in: db)
    }

    /// Records why there are no lyrics, or no new ones: earlier ones stay. Never fails the track.
    public static func failLyrics(
        of id: TrackID,
        reason: String,
        provider: String?,
        at now: Date,
        in db: Database
    ) throws {
        _ = try existingTrack(id, in: db)
        if let earlier = try lyrics(of: id, in: db), let document = earlier.document {
            let kept = "no new lyrics could be made, the earlier ones are kept: \(reason)"
            let provider = earlier.provider
            _ = try settleLyrics(of: id, .completed, document, reason: kept, provider: provider, at: now, in: db)
        } else {
            _ = try settleLyrics(of: id, .failed, nil, reason: reason, provider: provider, at: now, in: db)
        }
    }

    /// The lyrics, if they were ever asked for.
    public static func lyrics(of id: TrackID, in db: Database) throws -> TrackLyrics? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM lyrics WHERE trackID = ?", arguments: [id]) else {
            return nil
        }
        return TrackLyrics(
            status: try row.choice("status"),
            document: try row.optionalJSON("document"),
            reason: row["reason"],
            provider: row["provider"],
            updatedAt: row.date("updatedAt"),
            generation: row["generation"],
            version: row["version"]
        )
    }

    /// - Returns: whether there was something to settle: lyrics that are PENDING, or none at all.
    private static func settleLyrics(
        of id: TrackID,
        _ status: LyricsStatus,
        _ document: LyricsDocument?,
        reason: String?,
        provider: String?,
        at now: Date,
        in db: Database
    ) throws -> Bool {
        try db.execute(
            sql: """
                INSERT INTO lyrics (trackID, status, document, reason, provider, updatedAt) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (trackID) DO UPDATE SET status = excluded.status, document = excluded.document,
                    reason = excluded.reason, provider = excluded.provider, updatedAt = excluded.updatedAt,
                    version = version + 1
                WHERE status = 'PENDING'
                """,
            arguments: [id, status.rawValue, try document.map(jsonText), reason, provider, now.milliseconds]
        )
        return db.changesCount == 1
    }
}
