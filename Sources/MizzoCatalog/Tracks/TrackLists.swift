import FoundationEssentials
import GRDB

/// A place in a list ordered by creation time and id.
public struct TrackPosition: Codable, Equatable, Sendable {
    /// Milliseconds since 1970 of the last row seen.
    public let createdAt: Int64
    /// The last row seen.
    public let id: TrackID

    /// The position just after `track`.
    public init(after track: Track) {
        createdAt = track.createdAt.milliseconds
        id = track.id
    }
}

extension Catalog {
    /// The artist's own tracks, newest first, at most `limit` after `position`. Stable under inserts.
    public static func tracks(
        ownedBy owner: UserID,
        after position: TrackPosition?,
        limit: Int,
        in db: Database
    ) throws -> [Track] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM track WHERE owner = ? AND (createdAt, id) < (?, ?)
                ORDER BY createdAt DESC, id DESC LIMIT ?
                """,
            arguments: [owner, position?.createdAt ?? Int64.max, position?.id.rawValue ?? "", limit]
        ).map(Track.init(row:))
    }

    /// The tracks that an admin asked for, oldest first, at most `limit` after `position`: a fair queue for reviewers.
    public static func tracks(
        matching filter: TrackFilter,
        after position: TrackPosition?,
        limit: Int,
        in db: Database
    ) throws -> [Track] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM track
                WHERE status = ?1 AND (?2 IS NULL OR owner = ?2) AND (?3 IS NULL OR language = ?3)
                    AND (?4 IS NULL OR (contentFlags <> '[]') = ?4) AND (createdAt, id) > (?5, ?6)
                ORDER BY createdAt, id LIMIT ?7
                """,
            arguments: [
                filter.status.rawValue, filter.owner, filter.language, filter.isFlagged,
                position?.createdAt ?? Int64.min, position?.id.rawValue ?? "", limit,
            ]
        ).map(Track.init(row:))
    }
}

/// Which tracks an admin wants to see; `nil` means any.
public struct TrackFilter: Equatable, Sendable {
    /// Where they stand.
    public var status: TrackStatus
    /// Whose they are.
    public var owner: UserID?
    /// In the platform's naming, such as `english`.
    public var language: String?
    /// Whether the profanity rules have marked them.
    public var isFlagged: Bool?

    /// All tracks of a status.
    public init(status: TrackStatus, owner: UserID? = nil, language: String? = nil, isFlagged: Bool? = nil) {
        self.status = status
        self.owner = owner
        self.language = language
        self.isFlagged = isFlagged
    }
}
