import FoundationEssentials
import GRDB

/// A person's own version of the lyrics.
public struct LyricsEdit: Equatable, Sendable {
    /// All lines; see ``LyricsDocument/edited(from:)`` for where their times are said to come from.
    public var document: LyricsDocument
    /// What the profanity rules found in the lines, by field `lines/0`.
    public var flags: [ProfanityFinding]
    /// The version the editor has read; 0 when there were no lyrics.
    public var expected: Int64

    /// An edit of that version.
    public init(document: LyricsDocument, flags: [ProfanityFinding] = [], expected: Int64) {
        self.document = document
        self.flags = flags
        self.expected = expected
    }
}

extension ProfanityFinding {
    /// Whether it is about a line of the synchronised lyrics, whose field is `lines/0` or below.
    public var isAboutSyncedLines: Bool { field.hasPrefix("lines/") }
}

extension ProfanityCheck {
    /// Findings in every line, by field `lines/0`, and in its words, which players show instead where they can.
    public func findings(in document: LyricsDocument) -> [ProfanityFinding] {
        document.lines.enumerated().flatMap { index, line in
            let sung = (line.words ?? []).map(\.text).joined(separator: " ")
            return findings(in: line.text, field: "lines/\(index)")
                + (sung == line.text ? [] : findings(in: sung, field: "lines/\(index)/words"))
        }
    }
}

extension Catalog {
    /// Who made lyrics that a person has edited.
    public static let editedLyricsProvider = "edited"

    /// Replaces the lyrics by an edited version, marks what an admin should see, and writes an audit row. Never touches
    /// the track's status.
    ///
    /// - Throws: ``CatalogError/lyricsPending(_:)``, ``CatalogError/staleLyrics(_:expected:actual:)``.
    public static func editLyrics(
        of id: TrackID,
        _ edit: LyricsEdit,
        by actor: Actor,
        at now: Date,
        in db: Database
    ) throws {
        let track = try existingTrack(id, in: db)
        let before = try lyrics(of: id, in: db)
        guard before?.status != .pending else { throw CatalogError.lyricsPending(id) }
        guard before?.version ?? 0 == edit.expected else {
            throw CatalogError.staleLyrics(id, expected: edit.expected, actual: before?.version ?? 0)
        }
        try store(edit.document.edited(from: before?.document), of: id, at: now, in: db)
        try markLines(of: track, edit.flags, at: now, in: db)
        let status = track.status
        try audit(id, by: actor, from: status, to: status, reason: nil, note: "edited lyrics", at: now, in: db)
    }

    /// Puts marks in the place of those that the lines had before.
    static func markLines(of track: Track, _ flags: [ProfanityFinding], at now: Date, in db: Database) throws {
        let all = track.contentFlags.filter { !$0.isAboutSyncedLines } + flags
        try db.execute(
            sql: "UPDATE track SET contentFlags = ?, updatedAt = ?, version = version + 1 WHERE id = ?",
            arguments: [try jsonText(all), now.milliseconds, track.id]
        )
    }

    private static func store(_ document: LyricsDocument, of id: TrackID, at now: Date, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO lyrics (trackID, status, document, provider, updatedAt)
                VALUES (?1, 'COMPLETED', ?2, ?3, ?4)
                ON CONFLICT (trackID) DO UPDATE SET status = 'COMPLETED', document = ?2, reason = NULL, provider = ?3,
                    updatedAt = ?4, version = version + 1
                """,
            arguments: [id, try jsonText(document), editedLyricsProvider, now.milliseconds]
        )
    }
}
