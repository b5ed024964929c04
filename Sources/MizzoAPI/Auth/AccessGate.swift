import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JWTKit
import MizzoCatalog
import NIOCore

/// Who is asking.
struct Principal: Equatable, Sendable {
    let id: UserID
    let role: Role
}

/// Lets a request through to its handler if the route's policy and the caller's limits allow it. The only caller of
/// handlers. In this order: who is it, is that too often, may they, what do they send, was it answered before.
struct AccessGate: Sendable {
    let verifier: TokenVerifier
    let database: any DatabaseAccess
    let limiter: RateLimiter
    let trustedProxies: [IPNetwork]
    let intake: BodyIntake
    let keys = KeysInFlight()
    let keyLifetime: TimeInterval
    let now: @Sendable () -> Date

    func admit(_ request: Request, _ context: APIContext, to endpoint: Endpoint) async throws -> Response {
        context.record.route = endpoint.path
        switch endpoint.access {
        case .delegated(let handle):
            try limit(endpoint, caller: address(of: request, context), context)
            return try await handle(request, context)
        case .open(let handle):
            let principal = try await identify(request, context, endpoint)
            return try await handle(try await takingBody(request, endpoint), context, principal)
        case .roles(let roles, let handle):
            guard let principal = try await identify(request, context, endpoint) else { throw Self.tokenMissing }
            guard roles.contains(principal.role) else {
                let needed = roles.map(\.rawValue).sorted().joined(separator: " or ")
                throw Problem(.roleNotAllowed, "This needs the role \(needed); you have \(principal.role.rawValue).")
            }
            let request = try await takingBody(request, endpoint)
            guard endpoint.method == .post, let field = request.headers[.idempotencyKey] else {
                return try await handle(request, context, principal)
            }
            let slot = try IdempotencySlot(user: principal.id, field: field)
            return try await keys.holding(slot) {
                try await once(request, context, slot) { try await handle($0, $1, principal) }
            }
        }
    }

    /// Answers as before, or handles the request. The handler keeps its answer in the transaction of its effect
    /// (``APIContext/transact(in:at:_:)``); nothing is kept after it.
    private func once(
        _ request: Request,
        _ context: APIContext,
        _ slot: IdempotencySlot,
        _ handle: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let body = try await intake.collect(request)
        var request = request
        request.body = RequestBody(buffer: body)
        let call = IdempotentCall(slot: slot, request: request, body: body, lifetime: keyLifetime)
        let time = now()
        if let earlier = try await database.read({ db in try call.earlier(at: time, in: db) }) {
            return earlier.response
        }
        var context = context
        context.idempotency = call
        return try await handle(request, context)
    }

    /// The request with its body in memory, if its route takes JSON.
    private func takingBody(_ request: Request, _ endpoint: Endpoint) async throws -> Request {
        guard let body = endpoint.body, body.contentType == "application/json" else { return request }
        if body.isRequired { try JSON.requireContentType(of: request) }
        var request = request
        request.body = RequestBody(buffer: try await intake.collect(request))
        return request
    }

    private static let tokenMissing = Problem(
        .tokenMissing,
        "Send a bearer token in the Authorization header.",
        headers: [.wwwAuthenticate: "Bearer"]
    )
}

/// Who asks, and how often.
extension AccessGate {
    /// The principal, or `nil` without a token; either pays for the request, as does the address of a bad token.
    private func identify(
        _ request: Request,
        _ context: APIContext,
        _ endpoint: Endpoint
    ) async throws -> Principal? {
        do {
            let principal = try await principal(of: request)
            context.record.user = principal?.id.rawValue
            try limit(endpoint, caller: principal.map { "user:\($0.id)" } ?? address(of: request, context), context)
            return principal
        } catch let problem as Problem where problem.code == ProblemKind.tokenInvalid.code {
            try limit(endpoint, caller: address(of: request, context), context)
            throw problem
        }
    }

    private func limit(_ endpoint: Endpoint, caller: String, _ context: APIContext) throws {
        guard let kind = endpoint.rateClass, let verdict = limiter.take(kind, for: caller, at: now()) else { return }
        context.record.headers.append(contentsOf: verdict.headers)
        guard verdict.isAllowed else { throw verdict.problem }
    }

    private func address(of request: Request, _ context: APIContext) -> String {
        let client = ClientAddress.resolve(
            peer: context.peer,
            forwardedFor: request.headers[values: .forwardedFor],
            trusted: trustedProxies
        )
        return "address:" + (client?.caller ?? "unknown")
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
