/// What the catalogue refuses, and why.
public enum CatalogError: Error, Equatable, CustomStringConvertible {
    /// No such track.
    case trackNotFound(TrackID)
    /// No such playlist or application.
    case notFound(CatalogSubject)
    /// The life cycle has no such move; `exits` names the moves there are.
    case illegalMove(CatalogSubject, from: String, to: String, exits: String)
    /// An admin has decided about this review before.
    case alreadyDecided(CatalogSubject, status: String, earlier: ReviewDecision)
    /// The caller edited an older version of a playlist or an application than the stored one.
    case staleSubject(CatalogSubject, expected: Int64, actual: Int64)
    /// The listener has an application under review, or is an artist already.
    case applicationNotPossible(UserID, reason: String)
    /// The lyrics are being made: what was asked for would be overwritten.
    case lyricsPending(TrackID)
    /// The caller edited an older version of the lyrics than the stored one.
    case staleLyrics(TrackID, expected: Int64, actual: Int64)
    /// An admin has decided before, or the track is not under review.
    case notReviewable(TrackID, status: TrackStatus, earlier: ReviewDecision?)
    /// The caller edited an older version than the stored one.
    case staleVersion(TrackID, expected: Int64, actual: Int64)
    /// No such upload ticket.
    case uploadNotFound(UploadID)
    /// The ticket was sealed with other object facts before.
    case uploadSealed(UploadID)
    /// The stored JSON of a column does not decode.
    case corruptColumn(String, row: String)

    /// Stable, kebab-case.
    public var code: String {
        switch self {
        case .trackNotFound: "track-not-found"
        case .notFound(let subject): "\(subject.kind)-not-found"
        case .illegalMove(let subject, _, _, _): "\(subject.kind)-illegal-move"
        case .alreadyDecided(let subject, _, _): "\(subject.kind)-already-decided"
        case .staleSubject(let subject, _, _): "\(subject.kind)-version-stale"
        case .applicationNotPossible: "artist-application-not-possible"
        case .lyricsPending: "lyrics-pending"
        case .staleLyrics: "lyrics-version-stale"
        case .notReviewable: "track-not-reviewable"
        case .staleVersion: "track-version-stale"
        case .uploadNotFound: "upload-not-found"
        case .uploadSealed: "upload-sealed"
        case .corruptColumn: "catalog-column-corrupt"
        }
    }

    /// A sentence: what failed, expected and actual, what to do.
    public var description: String {
        switch self {
        case .trackNotFound(let id): "There is no track \(id)."
        case .notFound(let subject): "\(subject) does not exist."
        case .illegalMove(let subject, let from, let to, let exits):
            "\(subject) cannot move from \(from) to \(to): \(exits)."
        case .notReviewable(let id, let status, nil):
            "Track \(id) is \(status.rawValue); only a REVIEWING track can be decided: \(status.exits)."
        case .notReviewable(let id, let status, let earlier?):
            "Track \(id) was already \(earlier.note) by \(earlier.admin); it is \(status.rawValue) now."
        case .alreadyDecided(let subject, let status, let earlier):
            "\(subject) was already \(earlier.note) by \(earlier.admin); it is \(status) now."
        case .applicationNotPossible(let user, let reason): "User \(user) cannot apply: \(reason)."
        case .lyricsPending(let id):
            "The lyrics of track \(id) are being made. Wait until they are COMPLETED or FAILED."
        case .staleVersion, .staleSubject, .staleLyrics: staleness
        case .uploadNotFound, .uploadSealed, .corruptColumn: storage
        }
    }

    private var staleness: String {
        let (subject, expected, actual): (String, Int64, Int64)
        switch self {
        case .staleVersion(let id, let read, let stored): (subject, expected, actual) = ("Track \(id)", read, stored)
        case .staleSubject(let row, let read, let stored): (subject, expected, actual) = ("\(row)", read, stored)
        case .staleLyrics(let id, let read, let stored):
            (subject, expected, actual) = ("Lyrics of track \(id)", read, stored)
        default: return code
        }
        return "\(subject): expected version \(expected), found \(actual), so it has changed. Read it again, then edit."
    }

    private var storage: String {
        switch self {
        case .uploadNotFound(let id): "There is no upload \(id). Ask for an upload URL first."
        case .uploadSealed(let id):
            "Upload \(id) is sealed with another object; a second upload under one ticket is refused."
        case .corruptColumn(let column, let row):
            "Column \(column) of row \(row) does not hold the expected JSON. Restore the row from a backup."
        default: code
        }
    }
}
