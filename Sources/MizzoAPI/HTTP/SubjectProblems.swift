import HTTPTypes
import MizzoCatalog

/// Kinds that tracks, playlists and applications share, each with a code of its own.
extension ProblemKind {
    static let playlistNotFound = Self(.notFound, "playlist-not-found", "There is no such playlist")
    static let playlistIllegalMove = Self(
        .conflict,
        "playlist-illegal-move",
        "The playlist cannot move to that status"
    )
    static let playlistAlreadyDecided = Self(.conflict, "playlist-already-decided", "The playlist was decided before")
    static let playlistVersionStale = Self(
        .preconditionFailed,
        "playlist-version-stale",
        "The playlist has changed since it was read"
    )
    static let applicationNotFound = Self(.notFound, "artist-application-not-found", "There is no such application")
    static let applicationIllegalMove = Self(
        .conflict,
        "artist-application-illegal-move",
        "The application cannot move to that status"
    )
    static let applicationAlreadyDecided = Self(
        .conflict,
        "artist-application-already-decided",
        "The application was decided before"
    )
    static let applicationVersionStale = Self(
        .preconditionFailed,
        "artist-application-version-stale",
        "The application has changed since it was read"
    )
    static let applicationNotPossible = Self(.conflict, "artist-application-not-possible", "You cannot apply now")
    static let lyricsPending = Self(.conflict, "lyrics-pending", "The lyrics are being made")
    static let lyricsNotPossible = Self(.conflict, "lyrics-not-possible", "The track has no audio to listen to yet")
    static let lyricsVersionStale = Self(
        .preconditionFailed,
        "lyrics-version-stale",
        "The lyrics have changed since they were read"
    )

    static func notFound(_ subject: CatalogSubject) -> ProblemKind {
        switch subject {
        case .track: trackNotFound
        case .playlist: playlistNotFound
        case .application: applicationNotFound
        }
    }

    static func illegalMove(_ subject: CatalogSubject) -> ProblemKind {
        switch subject {
        case .track: trackIllegalMove
        case .playlist: playlistIllegalMove
        case .application: applicationIllegalMove
        }
    }

    static func alreadyDecided(_ subject: CatalogSubject) -> ProblemKind {
        switch subject {
        case .track: trackAlreadyDecided
        case .playlist: playlistAlreadyDecided
        case .application: applicationAlreadyDecided
        }
    }

    static func stale(_ subject: CatalogSubject) -> ProblemKind {
        switch subject {
        case .track: trackVersionStale
        case .playlist: playlistVersionStale
        case .application: applicationVersionStale
        }
    }
}

extension Problem {
    /// Missing and somebody else's look the same.
    static func notFound(_ subject: CatalogSubject) -> Problem {
        Problem(.notFound(subject), "\(subject) does not exist or is not yours to see.")
    }

    /// For text that cannot be an id.
    static func notFound(_ kind: ProblemKind, _ id: String) -> Problem {
        Problem(kind, "Nothing has the id \(id.quotedForDetail), or it is not yours to see.")
    }
}
