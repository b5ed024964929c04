import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JWTKit
import MizzoCatalog

/// Who is asking.
struct Principal: Equatable, Sendable {
    let id: UserID
    let role: Role
}

/// Lets a request through to its handler if the route's policy allows it. The only caller of handlers.
struct AccessGate: Sendable {
    let verifier: TokenVerifier
    let database: any DatabaseAccess
    let now: @Sendable () -> Date

    func admit(_ request: Request, _ context: APIContext, to endpoint: Endpoint) async throws -> Response {
        switch endpoint.access {
        case .delegated(let handle):
            return try await handle(request, context)
        case .open(let handle):
            return try await handle(request, context, try await principal(of: request))
        case .roles(let roles, let handle):
            guard let principal = try await principal(of: request) else {
                throw Problem(
                    .tokenMissing,
                    "Send a bearer token in the Authorization header.",
                    headers: [.wwwAuthenticate: "Bearer"]
                )
            }
            guard roles.contains(principal.role) else {
                let needed = roles.map(\.rawValue).sorted().joined(separator: " or ")
                throw Problem(.roleNotAllowed, "This needs the role \(needed); you have \(principal.role.rawValue).")
            }
            return try await handle(request, context, principal)
        }
    }

    /// The principal, or `nil` without an `Authorization` field. The role is read from the database at every request,
    /// so that a demotion or a lock-out counts at once; a token can only narrow it.
    private func principal(of request: Request) async throws -> Principal? {
        let fields = request.headers[values: .authorization]
        guard let field = fields.first else { return nil }
        let invalid = Problem(
            .tokenInvalid,
            "The token is not valid here, or has expired.",
            headers: [.wwwAuthenticate: #"Bearer error="invalid_token""#]
        )
        let words = field.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 1, words.count == 2, words[0].lowercased() == "bearer",
            let claims = await verifier.claims(of: String(words[1]), now: now())
        else { throw invalid }
        let id = UserID(rawValue: claims.sub.value)
        let stored = try await database.read { db in try Catalog.user(id, in: db) }
        guard let stored, stored.disabledAt == nil else { throw invalid }
        return Principal(id: id, role: min(stored.role, claims.role))
    }
}
