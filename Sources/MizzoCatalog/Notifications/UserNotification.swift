import FoundationEssentials
import GRDB

/// What a notification is about.
public enum NotificationKind: String, Codable, Sendable, CaseIterable {
    /// The track waits for an admin.
    case trackReviewing = "track-reviewing"
    /// The track is live.
    case trackPublished = "track-published"
    /// The track is hidden.
    case trackBlocked = "track-blocked"
    /// The track will not be published.
    case trackFailed = "track-failed"
    /// Synchronised lyrics are there.
    case lyricsReady = "lyrics-ready"
    /// The cover picture was taken off the track.
    case posterRefused = "poster-refused"
    /// The playlist waits for an admin.
    case playlistReviewing = "playlist-reviewing"
    /// The playlist is visible to everyone.
    case playlistPublished = "playlist-published"
    /// The playlist is hidden.
    case playlistBlocked = "playlist-blocked"
    /// The applicant is an artist.
    case applicationApproved = "application-approved"
    /// The applicant stays a listener.
    case applicationRejected = "application-rejected"
    /// For admins: a review waits.
    case reviewReminder = "review-reminder"
    /// For admins: a review has waited too long.
    case reviewEscalated = "review-escalated"

    init?(status: TrackStatus) {
        switch status {
        case .pending, .processing: return nil
        case .reviewing: self = .trackReviewing
        case .published: self = .trackPublished
        case .blocked: self = .trackBlocked
        case .failed: self = .trackFailed
        }
    }

    init(status: PlaylistStatus) {
        switch status {
        case .reviewing: self = .playlistReviewing
        case .published: self = .playlistPublished
        case .blocked: self = .playlistBlocked
        }
    }
}

/// A message in a user's inbox.
public struct UserNotification: Equatable, Sendable {
    /// Ascending in the order of creation.
    public let id: NotificationID
    /// What it is about.
    public let kind: NotificationKind
    /// Which track it is about.
    public let track: TrackID?
    /// What it is about: the kind and id of a track, playlist or application, such as `playlist/0198…`.
    public let subject: String?
    /// One line.
    public let title: String
    /// A sentence or two.
    public let body: String
    /// When it was created.
    public let createdAt: Date
    /// When the user read it.
    public let readAt: Date?

    init(row: Row) throws {
        id = row["id"]
        kind = try row.choice("kind")
        track = row["trackID"]
        subject = row["subject"]
        title = row["title"]
        body = row["body"]
        createdAt = row.date("createdAt")
        readAt = row.optionalDate("readAt")
    }
}

/// A place in an inbox: unread first, then newest first.
public struct InboxPosition: Codable, Equatable, Sendable {
    /// Whether the last row seen was read.
    public let read: Bool
    /// The last row seen.
    public let id: NotificationID

    /// The position just after `notification`.
    public init(after notification: UserNotification) {
        read = notification.readAt != nil
        id = notification.id
    }
}

/// What a user does to an own notification.
public enum NotificationAction: String, Codable, Sendable, CaseIterable {
    /// Keep it, as read.
    case read
    /// Take it out of the inbox.
    case delete
}

extension Catalog {
    /// The user's inbox: unread first, then newest first, at most `limit` after `position`.
    public static func inbox(
        of user: UserID,
        after position: InboxPosition?,
        limit: Int,
        in db: Database
    ) throws -> [UserNotification] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM notification
                WHERE user = ? AND deletedAt IS NULL AND ((readAt IS NOT NULL), -id) > (?, ?)
                ORDER BY (readAt IS NOT NULL), id DESC LIMIT ?
                """,
            arguments: [user, position.map { $0.read ? 1 : 0 } ?? -1, -(position?.id.rawValue ?? 0), limit]
        ).map(UserNotification.init(row:))
    }

    /// Applies the action to the user's own notification; repeating it changes nothing.
    ///
    /// - Returns: the notification as it is now, or `nil` when it is missing, deleted before or someone else's.
    public static func apply(
        _ action: NotificationAction,
        to id: NotificationID,
        of user: UserID,
        at now: Date,
        in db: Database
    ) throws -> UserNotification? {
        let row = try Row.fetchOne(db, sql: action.statement, arguments: [now.milliseconds, id, user])
        return try row.map(UserNotification.init(row:))
    }
}

extension Catalog {
    /// The user's notifications after `position` in the order of creation, at most `limit`; deleted ones are left out.
    public static func notifications(
        of user: UserID,
        after position: NotificationID,
        limit: Int,
        in db: Database
    ) throws -> [UserNotification] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM notification WHERE user = ? AND id > ? AND deletedAt IS NULL ORDER BY id LIMIT ?
                """,
            arguments: [user, position, limit]
        ).map(UserNotification.init(row:))
    }

    /// Who was notified after `position`, each with the latest notification.
    public static func notifiedUsers(
        after position: NotificationID,
        in db: Database
    ) throws -> [UserID: NotificationID] {
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT user, max(id) AS latest FROM notification WHERE id > ? GROUP BY user",
            arguments: [position]
        )
        let pairs: [(UserID, NotificationID)] = rows.map { ($0["user"], $0["latest"]) }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The latest notification of all users; 0 when there is none.
    public static func latestNotification(in db: Database) throws -> NotificationID {
        try NotificationID.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM notification") ?? .init(rawValue: 0)
    }
}

extension NotificationAction {
    fileprivate var statement: String {
        switch self {
        case .read:
            """
            UPDATE notification SET readAt = coalesce(readAt, ?)
            WHERE id = ? AND user = ? AND deletedAt IS NULL RETURNING *
            """
        case .delete:
            """
            UPDATE notification SET deletedAt = ?
            WHERE id = ? AND user = ? AND deletedAt IS NULL RETURNING *
            """
        }
    }
}
