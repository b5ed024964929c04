import FoundationEssentials
import GRDB

/// What a user is told, and about what.
struct NotificationMessage {
    var kind: NotificationKind
    var subject: CatalogSubject
    /// The subject's own title.
    var title: String
    /// A sentence that somebody wrote for this occasion.
    var reason: String?
}

extension Catalog {
    /// Tells the artist about a transition; the transition's audit id makes it happen once.
    static func notifyStatus(
        _ status: TrackStatus,
        of track: Track,
        reason: String?,
        transition: Int64,
        at now: Date,
        in db: Database
    ) throws {
        guard let kind = NotificationKind(status: status) else { return }
        let message = NotificationMessage(kind: kind, about: track, reason: reason)
        try notify(track.owner, message, occasion: "track:\(track.id):transition:\(transition)", at: now, in: db)
    }

    /// Tells the artist about lyrics, once per generation.
    static func notifyLyricsReady(_ track: Track, generation: Int64, at now: Date, in db: Database) throws {
        let message = NotificationMessage(kind: .lyricsReady, about: track, reason: nil)
        try notify(track.owner, message, occasion: "track:\(track.id):lyrics:\(generation)", at: now, in: db)
    }

    /// Puts the message into the inbox, once per occasion.
    static func notify(
        _ user: UserID,
        _ message: NotificationMessage,
        occasion: String,
        at now: Date,
        in db: Database
    ) throws {
        let text = message.kind.text(title: message.title)
        let track: TrackID? = if case .track(let id) = message.subject { id } else { nil }
        try db.execute(
            sql: """
                INSERT INTO notification (user, kind, trackID, subject, title, body, occasion, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (occasion) DO NOTHING
                """,
            arguments: [
                user, message.kind.rawValue, track, message.subject.reference, text.title,
                message.reason.map { "\(text.body) \($0)" } ?? text.body, occasion, now.milliseconds,
            ]
        )
    }
}

extension NotificationMessage {
    init(kind: NotificationKind, about track: Track, reason: String?) {
        self.init(kind: kind, subject: .track(track.id), title: track.details.title, reason: reason)
    }
}

extension NotificationKind {
    fileprivate func text(title: String) -> (title: String, body: String) {
        switch self {
        case .trackReviewing: ("In review", "“\(title)” is transcoded and waits for review.")
        case .trackPublished: ("Published", "“\(title)” is live.")
        case .trackBlocked: ("Blocked", "“\(title)” is not available to listeners.")
        case .trackFailed: ("Failed", "“\(title)” could not be published.")
        case .lyricsReady: ("Lyrics ready", "Synchronised lyrics for “\(title)” are ready.")
        case .posterRefused: ("Picture refused", "The cover picture of “\(title)” cannot be used.")
        case .playlistReviewing: ("In review", "The playlist “\(title)” waits for review.")
        case .playlistPublished: ("Published", "The playlist “\(title)” is visible to everyone.")
        case .playlistBlocked: ("Blocked", "The playlist “\(title)” is not visible to others.")
        case .applicationApproved: ("Welcome, artist", "You are “\(title)” now. Sign in again, then upload.")
        case .applicationRejected: ("Not approved", "Your application as “\(title)” was not approved.")
        case .reviewReminder: ("Review waits", "“\(title)” waits for a decision.")
        case .reviewEscalated: ("Review overdue", "“\(title)” has waited too long for a decision.")
        }
    }
}
