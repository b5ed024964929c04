/// What the catalogue refuses, and why.
public enum CatalogError: Error, Equatable, CustomStringConvertible {
    /// No such track.
    case trackNotFound(TrackID)
    /// The track's state machine has no such move.
    case illegalMove(TrackID, from: TrackStatus, to: TrackStatus)
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
        case .illegalMove: "track-illegal-move"
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
        case .trackNotFound(let id):
            return "There is no track \(id)."
        case .illegalMove(let id, let from, let to):
            let allowed = from.successors.map(\.rawValue).sorted().joined(separator: ", ")
            let exits = allowed.isEmpty ? "\(from.rawValue) is final" : "\(from.rawValue) may become \(allowed)"
            return "Track \(id) cannot move from \(from.rawValue) to \(to.rawValue): \(exits)."
        case .notReviewable(let id, let status, let earlier):
            if let earlier {
                let verdict = earlier.approved ? "approved" : "rejected"
                return "Track \(id) was already \(verdict) by \(earlier.admin); it is \(status.rawValue) now."
            }
            return
                "Track \(id) is \(status.rawValue); only a track in \(TrackStatus.reviewing.rawValue) can be decided."
        case .staleVersion(let id, let expected, let actual):
            return "Track \(id) has changed: expected version \(expected), found \(actual). Read it again, then edit."
        case .uploadNotFound(let id):
            return "There is no upload \(id). Ask for an upload URL first."
        case .uploadSealed(let id):
            return "Upload \(id) is sealed with another object; a second upload under one ticket is refused."
        case .corruptColumn(let column, let row):
            return "Column \(column) of row \(row) does not hold the expected JSON. Restore the row from a backup."
        }
    }
}
