import FoundationEssentials
import GRDB

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
        let occasion = "track:\(track.id):transition:\(transition)"
        try notify(track.owner, kind, track, reason: reason, occasion: occasion, at: now, in: db)
    }

    /// Tells the artist about lyrics, once per generation.
    static func notifyLyricsReady(_ track: Track, generation: Int64, at now: Date, in db: Database) throws {
        let occasion = "track:\(track.id):lyrics:\(generation)"
        try notify(track.owner, .lyricsReady, track, reason: nil, occasion: occasion, at: now, in: db)
    }

    private static func notify(
        _ user: UserID,
        _ kind: NotificationKind,
        _ track: Track,
        reason: String?,
        occasion: String,
        at now: Date,
        in db: Database
    ) throws {
        let text = kind.text(title: track.details.title)
        try db.execute(
            sql: """
                INSERT INTO notification (user, kind, trackID, title, body, occasion, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (occasion) DO NOTHING
                """,
            arguments: [
                user, kind.rawValue, track.id, text.title, reason.map { "\(text.body) \($0)" } ?? text.body, occasion,
                now.milliseconds,
            ]
        )
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
        }
    }
}
