import DurableSQLite
import GRDB
import HTTPTypes
import Hummingbird
import MizzoCatalog
import NIOCore

/// The admins' queue and verdicts. A verdict is recorded once and handed to the workflow in the same transaction; the
/// workflow moves the status. Later moderation (`block`, `unblock`) moves the status at once, since no workflow waits.
struct ReviewRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let views: TrackViews
    let cursors: CursorSeal

    var endpoints: [Endpoint] { [queue, approve, reject, block, unblock, audit] }

    private var audit: Endpoint {
        Endpoint(
            .get,
            "/admin/track/{id}/audit",
            .roles([.admin], .any),
            "Who moved and edited the track, when and why",
            parameters: [.trackID],
            gives: [.ok(AuditTrail.self)],
            problems: [.trackNotFound]
        ) { _, context, _ in
            let id = try context.trackID()
            let trail = try await dependencies.database.read { try Catalog.auditTrail(of: id, in: $0) }
            guard !trail.isEmpty else { throw Problem.trackNotFound(id.rawValue) }
            return try JSON.response(AuditTrail(items: trail.map(AuditView.init)))
        }
    }

    private var queue: Endpoint {
        Endpoint(
            .get,
            "/admin/track",
            .roles([.admin], .any),
            "Tracks in a status, oldest first",
            parameters: Parameter.paging + Self.filters,
            gives: [.ok(Page<TrackView>.self)]
        ) { request, _, admin in try await queue(request, admin) }
    }

    private var approve: Endpoint {
        verdict("approve", "Approve a track under review") { request, context, admin in
            try await decide(request, context, admin, approved: true, reason: nil)
        }
    }

    private var reject: Endpoint {
        verdict("reject", "Reject a track under review", takes: .json(ReasonForm.self)) { request, context, admin in
            let reason = try await reason(in: request)
            return try await decide(request, context, admin, approved: false, reason: reason)
        }
    }

    private var block: Endpoint {
        moderation("block", "Hide a published track", takes: .json(ReasonForm.self)) { request, context, admin in
            let reason = try await reason(in: request)
            return try await moderate(context, admin, from: .published, to: .blocked, reason: reason)
        }
    }

    private var unblock: Endpoint {
        moderation("unblock", "Show a blocked track again") { _, context, admin in
            try await moderate(context, admin, from: .blocked, to: .published, reason: nil)
        }
    }

    private func verdict(
        _ name: String,
        _ summary: String,
        takes body: BodyDescription? = nil,
        handle: @escaping Endpoint.Handler
    ) -> Endpoint {
        Endpoint(
            .post,
            "/admin/track/{id}/\(name)",
            .roles([.admin], .any),
            summary,
            parameters: [.trackID, .ifMatch],
            takes: body,
            gives: [.ok(TrackView.self, "The verdict is recorded; the workflow moves the track.", headers: [.eTag])],
            problems: [.trackNotFound, .trackNotReviewable, .trackAlreadyDecided, .trackVersionStale],
            handle: handle
        )
    }

    private func moderation(
        _ name: String,
        _ summary: String,
        takes body: BodyDescription? = nil,
        handle: @escaping Endpoint.Handler
    ) -> Endpoint {
        Endpoint(
            .post,
            "/admin/track/{id}/\(name)",
            .roles([.admin], .any),
            summary,
            parameters: [.trackID],
            takes: body,
            gives: [.ok(TrackView.self, "The track as it is now.", headers: [.eTag])],
            problems: [.trackNotFound, .trackIllegalMove],
            handle: handle
        )
    }

    private func reason(in request: Request) async throws -> String {
        try await ReasonForm.reason(in: request, limit: configuration.bodyByteCountMax)
    }

    private func queue(_ request: Request, _ admin: Principal) async throws -> Response {
        let (filter, scope) = try Self.filter(of: request, for: admin)
        let page = try PageRequest<TrackPosition>(request, cursors: cursors, scope: scope)
        let tracks = try await dependencies.database.read { db in
            try Catalog.tracks(matching: filter, after: page.position, limit: page.limit + 1, in: db)
        }
        let shown = tracks.prefix(page.limit)
        let last = tracks.count > page.limit ? shown.last : nil
        return try JSON.response(
            Page(
                items: shown.map { views.detail($0, for: .admin) },
                next: try last.map { try cursors.seal(TrackPosition(after: $0), scope: scope) }
            )
        )
    }

    private static let filters: [Parameter] = [
        .query("status", .choice(TrackStatus.self), "REVIEWING unless given."),
        .query("owner", .userID, "Tracks of this artist only."),
        .query("language", .string(max: 35), "Tracks in this language only."),
        .query(
            "flagged",
            .choice(["true", "false"]),
            "Only tracks that the profanity rules have marked, or have not."
        ),
    ]

    /// What was asked for, and the scope that binds cursors to it.
    private static func filter(of request: Request, for admin: Principal) throws -> (TrackFilter, String) {
        let query = request.uri.queryParameters
        let flagged: Flagged? = try request.choice("flagged")
        let filter = TrackFilter(
            status: try request.choice("status") ?? .reviewing,
            owner: query.get("owner").map(UserID.init(rawValue:)),
            language: query.get("language")?.lowercased(),
            isFlagged: flagged.map { $0 == .marked }
        )
        let parts = [filter.status.rawValue, filter.owner?.rawValue, filter.language, flagged?.rawValue]
        let scope = try JSON.encode(["admin-tracks", admin.id.rawValue] + parts.map { $0 ?? "" })
        return (filter, String(buffer: scope))
    }

    private enum Flagged: String, CaseIterable {
        case marked = "true"
        case clean = "false"
    }

    private func decide(
        _ request: Request,
        _ context: APIContext,
        _ admin: Principal,
        approved: Bool,
        reason: String?
    ) async throws -> Response {
        let id = try context.trackID()
        let verdict = ReviewDecision(approved: approved, reason: reason, admin: admin.id, decidedAt: dependencies.now())
        let ifMatch = request.headers[.ifMatch]
        let workflows = dependencies.workflows
        return try await context.transact(in: dependencies.database, at: verdict.decidedAt) { db in
            guard let track = try Catalog.track(id, in: db) else { throw CatalogError.trackNotFound(id) }
            if try Catalog.reviewDecision(on: id, in: db) == nil {
                try EntityTag.requireMatch(ifMatch, track, required: false)
            }
            try Catalog.decide(id, verdict, in: db)
            try workflows.reviewDecided(id, approved: approved, reason: reason, by: admin.id, in: db)
            return try answer(id, verdict, in: db)
        }
    }

    private func answer(_ id: TrackID, _ verdict: ReviewDecision? = nil, in db: Database) throws -> Answer {
        guard let track = try Catalog.track(id, in: db) else { throw CatalogError.trackNotFound(id) }
        let view = views.detail(track, for: .admin, decision: verdict)
        return try Answer(view, headers: [.eTag: EntityTag.of(track)])
    }

    private func moderate(
        _ context: APIContext,
        _ admin: Principal,
        from: TrackStatus,
        to: TrackStatus,
        reason: String?
    ) async throws -> Response {
        let id = try context.trackID()
        let now = dependencies.now()
        return try await context.transact(in: dependencies.database, at: now) { db in
            guard let track = try Catalog.track(id, in: db) else { throw CatalogError.trackNotFound(id) }
            guard track.status == from else { throw Self.cannotModerate(track, needs: from) }
            try Catalog.moveTrack(id, to: to, reason: reason, by: .user(admin.id), at: now, in: db)
            return try answer(id, in: db)
        }
    }

    private static func cannotModerate(_ track: Track, needs: TrackStatus) -> Problem {
        Problem(
            .trackIllegalMove,
            "Track \(track.id) is \(track.status.rawValue); this needs \(needs.rawValue). \(track.status.exits)."
        )
    }
}
