import FoundationEssentials
import GRDB

/// What a user may do. A later case includes the earlier ones' standing, not their routes.
public enum Role: String, CaseIterable, Codable, Sendable, Comparable {
    /// Plays published tracks.
    case listener
    /// Uploads tracks.
    case artist
    /// Reviews tracks.
    case admin

    /// By standing: listener, artist, admin.
    public static func < (left: Role, right: Role) -> Bool { left.standing < right.standing }

    private var standing: Int {
        switch self {
        case .listener: 0
        case .artist: 1
        case .admin: 2
        }
    }
}

/// A person who may sign in.
public struct User: Equatable, Sendable {
    /// The subject of the user's tokens.
    public let id: UserID
    /// What the user may do now; tokens cannot widen it.
    public let role: Role
    /// Shown to others.
    public let name: String
    /// Set while the user is locked out.
    public let disabledAt: Date?
}

extension Catalog {
    /// Creates the user, or gives an existing one this role and name.
    public static func putUser(_ id: UserID, role: Role, name: String, at now: Date, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO user (id, role, name, createdAt) VALUES (?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET role = excluded.role, name = excluded.name
                """,
            arguments: [id, role.rawValue, name, now.milliseconds]
        )
    }

    /// Locks the user out from the next request on, or lets the user in again.
    public static func setUser(_ id: UserID, disabled: Bool, at now: Date, in db: Database) throws {
        try db.execute(
            sql: "UPDATE user SET disabledAt = ? WHERE id = ?",
            arguments: [disabled ? now.milliseconds : nil, id]
        )
    }

    /// The user, locked out or not.
    public static func user(_ id: UserID, in db: Database) throws -> User? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM user WHERE id = ?", arguments: [id]) else {
            return nil
        }
        return User(
            id: id,
            role: try row.choice("role"),
            name: row["name"],
            disabledAt: row.optionalDate("disabledAt")
        )
    }
}
