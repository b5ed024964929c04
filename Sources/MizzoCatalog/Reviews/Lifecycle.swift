/// A status with a table of legal moves. Every change of a status goes through ``checkMove(to:of:)``.
public protocol LifecycleStatus: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The states this one may become; empty for a final state.
    var successors: Set<Self> { get }
}

extension LifecycleStatus {
    /// What this status may become, in words: `PUBLISHED may become BLOCKED` or `FAILED is final`.
    public var exits: String {
        let allowed = successors.map(\.rawValue).sorted().joined(separator: ", ")
        return allowed.isEmpty ? "\(rawValue) is final" : "\(rawValue) may become \(allowed)"
    }

    /// - Throws: ``CatalogError/illegalMove(_:from:to:exits:)`` when the table has no such move.
    func checkMove(to next: Self, of subject: CatalogSubject) throws {
        guard successors.contains(next) else {
            throw CatalogError.illegalMove(subject, from: rawValue, to: next.rawValue, exits: exits)
        }
    }
}

/// A row that has a life cycle and an owner: what errors, audits and notifications are about.
public enum CatalogSubject: Hashable, Sendable, CustomStringConvertible {
    /// A track.
    case track(TrackID)
    /// A playlist.
    case playlist(PlaylistID)
    /// A listener's application to become an artist.
    case application(ApplicationID)

    /// The first part of error codes and of ``reference``.
    public var kind: String {
        switch self {
        case .track: "track"
        case .playlist: "playlist"
        case .application: "artist-application"
        }
    }

    /// The identifier as text.
    public var id: String {
        switch self {
        case .track(let id): id.rawValue
        case .playlist(let id): id.rawValue
        case .application(let id): id.rawValue
        }
    }

    /// `playlist/0198…`: also the path of the subject below the API's root.
    public var reference: String { "\(kind)/\(id)" }

    /// For sentences: `Playlist 0198…`.
    public var description: String {
        switch self {
        case .track: "Track \(id)"
        case .playlist: "Playlist \(id)"
        case .application: "Application \(id)"
        }
    }
}
