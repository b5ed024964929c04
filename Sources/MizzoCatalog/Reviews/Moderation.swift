import FoundationEssentials
import GRDB

/// What an admin does to something that was reviewed before. No workflow waits for it, so it counts at once.
public struct Moderation: Equatable, Sendable {
    /// PUBLISHED to BLOCKED, or the way back.
    public let blocks: Bool
    /// A sentence for the owner.
    public let reason: String?
    /// Who did it.
    public let admin: UserID
    /// When.
    public let at: Date

    /// A step to take.
    public init(blocks: Bool, reason: String?, admin: UserID, at: Date) {
        self.blocks = blocks
        self.reason = reason
        self.admin = admin
        self.at = at
    }

    /// Where it leads. What is under review is decided, not moderated, though its status may become the same.
    ///
    /// - Throws: ``CatalogError/illegalMove(_:from:to:exits:)``.
    fileprivate func target<Status: ModeratedStatus>(from status: Status, of subject: CatalogSubject) throws -> Status {
        let (needed, next) = blocks ? (Status.published, Status.blocked) : (.blocked, .published)
        guard status == needed else {
            let exits = "this needs a \(needed.rawValue) one; \(status.exits)"
            throw CatalogError.illegalMove(subject, from: status.rawValue, to: next.rawValue, exits: exits)
        }
        return next
    }
}

/// A life cycle in which admins take back what they have allowed.
protocol ModeratedStatus: LifecycleStatus {
    static var published: Self { get }
    static var blocked: Self { get }
}

extension TrackStatus: ModeratedStatus {}
extension PlaylistStatus: ModeratedStatus {}

extension Catalog {
    /// Blocks or unblocks the track, with its audit row and the artist's notification in the same transaction.
    ///
    /// - Throws: ``CatalogError/trackNotFound(_:)``, ``CatalogError/illegalMove(_:from:to:exits:)``.
    public static func moderate(_ id: TrackID, _ step: Moderation, in db: Database) throws {
        let status = try step.target(from: try existingTrack(id, in: db).status, of: .track(id))
        try moveTrack(id, to: status, reason: step.reason, by: .user(step.admin), at: step.at, in: db)
    }

    /// Blocks or unblocks the playlist, with its audit row and the owner's notification in the same transaction.
    ///
    /// - Throws: ``CatalogError/notFound(_:)``, ``CatalogError/illegalMove(_:from:to:exits:)``.
    public static func moderate(_ id: PlaylistID, _ step: Moderation, in db: Database) throws {
        let status = try step.target(from: try existingPlaylist(id, in: db).status, of: .playlist(id))
        try movePlaylist(id, to: status, reason: step.reason, by: .user(step.admin), at: step.at, in: db)
    }
}
