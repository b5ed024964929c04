/// Where a track is on its way to the listeners. The one state machine of the platform:
///
/// | from       | to                    | because                                    |
/// |------------|-----------------------|--------------------------------------------|
/// | PENDING    | PROCESSING            | the upload arrived, transcoding starts     |
/// | PENDING    | FAILED                | the upload never arrived or is unusable    |
/// | PROCESSING | REVIEWING             | transcoding is complete                    |
/// | PROCESSING | FAILED                | transcoding failed for good                |
/// | REVIEWING  | PUBLISHED, BLOCKED    | an admin approves or rejects               |
/// | PUBLISHED  | BLOCKED               | later moderation                           |
/// | BLOCKED    | PUBLISHED             | an admin unblocks                          |
public enum TrackStatus: String, LifecycleStatus, Codable {
    /// Registered; the upload is awaited.
    case pending = "PENDING"
    /// Being transcoded.
    case processing = "PROCESSING"
    /// Waiting for an admin.
    case reviewing = "REVIEWING"
    /// Playable by everyone.
    case published = "PUBLISHED"
    /// Hidden by an admin.
    case blocked = "BLOCKED"
    /// Will not be published; final.
    case failed = "FAILED"

    /// The states this one may become; empty for a final state.
    public var successors: Set<TrackStatus> {
        switch self {
        case .pending: [.processing, .failed]
        case .processing: [.reviewing, .failed]
        case .reviewing: [.published, .blocked]
        case .published: [.blocked]
        case .blocked: [.published]
        case .failed: []
        }
    }
}
