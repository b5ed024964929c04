import DurableSQLite
import FoundationEssentials
import GRDB
import MizzoAPI
import MizzoCatalog

extension Platform {
    /// Creates the user, or gives an existing one this role and name.
    public func putUser(_ id: String, role: Role, name: String) async throws {
        let (user, now) = (UserID(rawValue: id), Date())
        try await database.write { try Catalog.putUser(user, role: role, name: name, at: now, in: $0) }
    }

    /// A bearer token for an existing user, with the user's own role.
    ///
    /// - Parameter lifetime: seconds.
    /// - Throws: ``UserNotFound``.
    public func mintToken(user id: String, lifetime: TimeInterval) async throws -> String {
        let user = UserID(rawValue: id)
        guard let found = try await database.read({ try Catalog.user(user, in: $0) }) else {
            throw UserNotFound(id: id)
        }
        return try await TokenMint(settings: tokens).mint(user: user, role: found.role, lifetime: lifetime, now: Date())
    }
}

/// A token was asked for somebody unknown.
public struct UserNotFound: Error, CustomStringConvertible {
    /// Stable kebab-case code.
    public let code = "user-not-found"
    /// Who was meant.
    public let id: String
    /// What to do.
    public var description: String { "there is no user \"\(id)\". Add it with `mizzo user add`. [\(code)]" }
}
