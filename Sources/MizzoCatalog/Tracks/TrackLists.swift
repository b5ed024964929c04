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

    /// The tracks of one status, oldest first, at most `limit` after `position`: a fair queue for reviewers.
    public static func tracks(
        in status: TrackStatus,
        after position: TrackPosition?,
        limit: Int,
        in db: Database
    ) throws -> [Track] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM track WHERE status = ? AND (createdAt, id) > (?, ?) ORDER BY createdAt, id LIMIT ?
                """,
            arguments: [status.rawValue, position?.createdAt ?? Int64.min, position?.id.rawValue ?? "", limit]
        ).map(Track.init(row:))
    }
}
