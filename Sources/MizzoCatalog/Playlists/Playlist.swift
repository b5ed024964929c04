import FoundationEssentials
import GRDB

/// Where a playlist stands. Listeners see what is PUBLISHED.
///
/// | from      | to                 | because                                                  |
/// |-----------|--------------------|----------------------------------------------------------|
/// | REVIEWING | PUBLISHED, BLOCKED | an admin approves or rejects                             |
/// | PUBLISHED | BLOCKED            | later moderation                                         |
/// | PUBLISHED | REVIEWING          | the owner changed a text that was reviewed               |
/// | BLOCKED   | PUBLISHED          | an admin unblocks                                        |
/// | BLOCKED   | REVIEWING          | the owner changed a text, to have it looked at again     |
public enum PlaylistStatus: String, LifecycleStatus, Codable {
    /// Waits for an admin.
    case reviewing = "REVIEWING"
    /// Seen by everyone.
    case published = "PUBLISHED"
    /// Hidden by an admin.
    case blocked = "BLOCKED"

    /// The states this one may become.
    public var successors: Set<PlaylistStatus> {
        switch self {
        case .reviewing: [.published, .blocked]
        case .published: [.blocked, .reviewing]
        case .blocked: [.published, .reviewing]
        }
    }
}

/// The part of a playlist that its owner writes.
public struct PlaylistContent: Equatable, Sendable {
    /// As shown to listeners.
    public var title: String
    /// A few sentences.
    public var about: String?
    /// In playing order. Listeners are shown those that are published.
    public var tracks: [TrackID]

    /// Takes content as already validated.
    public init(title: String, about: String? = nil, tracks: [TrackID] = []) {
        self.title = title
        self.about = about
        self.tracks = tracks
    }
}

/// A playlist with everything the platform knows about it.
public struct Playlist: Equatable, Sendable {
    /// Also part of its URL.
    public let id: PlaylistID
    /// Who made it; a user of any role.
    public let owner: UserID
    /// What the owner wrote.
    public let content: PlaylistContent
    /// Profanity findings that an admin should see.
    public let contentFlags: [ProfanityFinding]
    /// Where it stands.
    public let status: PlaylistStatus
    /// A sentence for the owner about the status.
    public let statusReason: String?
    /// Reviews begun so far; the last one is open while it is REVIEWING.
    public let round: Int64
    /// When it was created.
    public let createdAt: Date
    /// The last change.
    public let updatedAt: Date
    /// Grows by one with every change.
    public let version: Int64

    init(row: Row) throws {
        id = row["id"]
        owner = row["owner"]
        content = PlaylistContent(title: row["title"], about: row["about"], tracks: try row.json("tracks"))
        contentFlags = try row.json("contentFlags")
        status = try row.choice("status")
        statusReason = row["statusReason"]
        round = row["round"]
        createdAt = row.date("createdAt")
        updatedAt = row.date("updatedAt")
        version = row["version"]
    }
}

extension Catalog {
    /// The playlist, if there is one, whoever asks.
    public static func playlist(_ id: PlaylistID, in db: Database) throws -> Playlist? {
        try Row.fetchOne(db, sql: "SELECT * FROM playlist WHERE id = ?", arguments: [id]).map(Playlist.init(row:))
    }

    /// Newest first, at most `limit` after `position`; `owner` or `status` may be left open.
    public static func playlists(
        ownedBy owner: UserID? = nil,
        standing status: PlaylistStatus? = nil,
        after position: ListPosition?,
        limit: Int,
        in db: Database
    ) throws -> [Playlist] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM playlist
                WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR status = ?2) AND (createdAt, id) < (?3, ?4)
                ORDER BY createdAt DESC, id DESC LIMIT ?5
                """,
            arguments: [
                owner, status?.rawValue, position?.createdAt ?? Int64.max, position?.id ?? "", limit,
            ]
        ).map(Playlist.init(row:))
    }

    /// Those of the tracks that are published, in the given order.
    public static func published(_ tracks: [TrackID], in db: Database) throws -> [TrackID] {
        guard !tracks.isEmpty else { return [] }
        let sql = "SELECT id FROM track WHERE status = 'PUBLISHED' AND id IN (SELECT value FROM json_each(?))"
        let playable = Set(try TrackID.fetchAll(db, sql: sql, arguments: [try jsonText(tracks)]))
        return tracks.filter(playable.contains)
    }

    static func existingPlaylist(_ id: PlaylistID, in db: Database) throws -> Playlist {
        guard let playlist = try playlist(id, in: db) else { throw CatalogError.notFound(.playlist(id)) }
        return playlist
    }
}

/// A place in a list ordered by creation time and id.
public struct ListPosition: Codable, Equatable, Sendable {
    /// Milliseconds since 1970 of the last row seen.
    public let createdAt: Int64
    /// The last row seen.
    public let id: String

    /// The position just after `playlist`.
    public init(after playlist: Playlist) {
        createdAt = playlist.createdAt.milliseconds
        id = playlist.id.rawValue
    }

    /// The position just after `application`.
    public init(after application: ArtistApplication) {
        createdAt = application.createdAt.milliseconds
        id = application.id.rawValue
    }
}
