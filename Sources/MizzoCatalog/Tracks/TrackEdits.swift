import FoundationEssentials
import GRDB

/// What an admin changes; `nil` leaves a field as it is.
public struct TrackEdit: Equatable, Sendable {
    /// A new title.
    public var title: String?
    /// All tags, not additions.
    public var tags: [String]?
    /// A new text.
    public var lyricsText: String?
    /// A new language, in the platform's naming.
    public var language: String?

    /// An edit of the given fields.
    public init(title: String? = nil, tags: [String]? = nil, lyricsText: String? = nil, language: String? = nil) {
        self.language = language
        self.title = title
        self.tags = tags
        self.lyricsText = lyricsText
    }

    var note: String {
        let fields =
            [title.map { _ in "title" }, tags.map { _ in "tags" }, lyricsText.map { _ in "lyrics" }]
            + [language.map { _ in "language" }]
        return "edited " + fields.compactMap(\.self).joined(separator: ", ")
    }
}

extension Catalog {
    /// Applies the edit to the version the editor has seen and writes an audit row.
    ///
    /// - Parameter expected: the version the editor read; `nil` accepts any.
    /// - Throws: ``CatalogError/trackNotFound(_:)``, ``CatalogError/staleVersion(_:expected:actual:)``.
    public static func editTrack(
        _ id: TrackID,
        _ edit: TrackEdit,
        flags: [ProfanityFinding],
        expected: Int64?,
        by actor: Actor,
        at now: Date,
        in db: Database
    ) throws {
        let track = try existingTrack(id, in: db)
        if let expected, expected != track.version {
            throw CatalogError.staleVersion(id, expected: expected, actual: track.version)
        }
        let old = track.details
        try db.execute(
            sql: """
                UPDATE track SET title = ?, tags = ?, lyricsText = ?, language = ?, contentFlags = ?,
                    updatedAt = ?, version = version + 1
                WHERE id = ?
                """,
            arguments: [
                edit.title ?? old.title, try jsonText(edit.tags ?? old.tags), edit.lyricsText ?? old.lyricsText,
                edit.language ?? old.language, try jsonText(flags), now.milliseconds, id,
            ]
        )
        let status = track.status
        try audit(id, by: actor, from: status, to: status, reason: nil, note: edit.note, at: now, in: db)
    }
}
