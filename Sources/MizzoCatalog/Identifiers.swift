import GRDB

/// Names a track; also a component of object keys and URLs, hence the narrow alphabet.
public struct TrackID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible, DatabaseValueConvertible
{
    /// 8 to 64 characters out of `a-z`, `0-9` and inner `-`.
    public let rawValue: String

    /// Refuses every string that is not safe inside an object key, a path or a URL.
    public init?(rawValue: String) {
        guard Self.isSafe(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The track that an audio file becomes.
    public init(of upload: UploadID) { rawValue = upload.rawValue }

    /// The identifier as text.
    public var description: String { rawValue }

    static func isSafe(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (8...64).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}

/// Names an upload ticket. The ticket of an audio file and the track made of it share one identifier.
public struct UploadID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible, DatabaseValueConvertible
{
    /// Same alphabet as ``TrackID``.
    public let rawValue: String

    /// Refuses every string that ``TrackID`` would refuse.
    public init?(rawValue: String) {
        guard TrackID.isSafe(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The ticket of the audio file that becomes `track`.
    public init(audioOf track: TrackID) { rawValue = track.rawValue }

    /// The identifier as text.
    public var description: String { rawValue }
}

/// Names a playlist.
public struct PlaylistID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible,
    DatabaseValueConvertible
{
    /// Same alphabet as ``TrackID``.
    public let rawValue: String

    /// Refuses every string that ``TrackID`` would refuse.
    public init?(rawValue: String) {
        guard TrackID.isSafe(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The identifier as text.
    public var description: String { rawValue }
}

/// Names a listener's application to become an artist.
public struct ApplicationID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible,
    DatabaseValueConvertible
{
    /// Same alphabet as ``TrackID``.
    public let rawValue: String

    /// Refuses every string that ``TrackID`` would refuse.
    public init?(rawValue: String) {
        guard TrackID.isSafe(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The identifier as text.
    public var description: String { rawValue }
}

/// Names a user: listener, artist or admin.
public struct UserID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible, DatabaseValueConvertible {
    /// The subject (`sub`) of the user's tokens.
    public let rawValue: String

    /// Any text; whether such a user exists is the database's to say.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The identifier as text.
    public var description: String { rawValue }
}

/// Names a notification; ascending in the order of creation.
public struct NotificationID: RawRepresentable, Hashable, Sendable, Codable, Comparable, DatabaseValueConvertible {
    /// By creation.
    public static func < (left: NotificationID, right: NotificationID) -> Bool { left.rawValue < right.rawValue }

    /// The row's key.
    public let rawValue: Int64

    /// Any number; whether such a notification exists is the database's to say.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Who changed something, for the audit trail.
public struct Actor: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible, DatabaseValueConvertible {
    /// `user:<id>`, or a name of a part of the system.
    public let rawValue: String

    /// A named part of the system, such as `publishing`.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A person.
    public static func user(_ id: UserID) -> Actor { Actor(rawValue: "user:\(id)") }

    /// The workflow that waits for an admin's verdict on a playlist or an application.
    public static let reviewing = Actor(rawValue: "reviewing")

    /// The publishing workflow.
    public static let publishing = Actor(rawValue: "publishing")

    /// The actor as text.
    public var description: String { rawValue }
}
