/// What a ``LyricsProvider`` found.
public enum LyricsOutcome: Sendable, Equatable {
    /// Lyrics with times, valid for the request's duration.
    case synced(SyncedLyrics)
    /// There is nothing to sync, and why, as one English clause for the artist.
    case noLyrics(reason: String)
}
