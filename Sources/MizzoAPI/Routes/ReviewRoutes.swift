import DurableSQLite
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// The admins' queue and verdicts. A verdict is recorded once and handed to the workflow in the same transaction; the
/// workflow moves the status. Later moderation (`block`, `unblock`) moves the status at once, since no workflow waits.
struct ReviewRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let views: TrackViews
    let cursors: CursorSeal

    var endpoints: [Endpoint] { [queue, approve, reject, block, unblock] }

    private var queue: Endpoint {
        Endpoint(
            .get,
            "/admin/track",
            .roles([.admin], .any),
            "Tracks in a status, oldest first",
            parameters: Parameter.paging + [.query("status", .choice(TrackStatus.self), "REVIEWING unless given.")],
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

    struct ReasonForm: RequestBodyForm {
        static let schema = Schema.object("Reason", [.required("reason", .line(max: 500))])
        var reason: String
    }

    private func reason(in request: Request) async throws -> String {
        let form = try await JSON.body(ReasonForm.self, of: request, limit: configuration.bodyByteCountMax)
        var check = Validation()
        check.line(form.reason, "reason", max: 500)
        try check.finish()
        return form.reason
    }

    private func queue(_ request: Request, _ admin: Principal) async throws -> Response {
        let asked = request.uri.queryParameters.get("status") ?? TrackStatus.reviewing.rawValue
        guard let status = TrackStatus(rawValue: asked) else {
            let known = TrackStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badParameter("status", "Expected one of \(known).")
        }
        let scope = "admin-tracks:\(admin.id):\(status.rawValue)"
        let page = try PageRequest<TrackPosition>(request, cursors: cursors, scope: scope)
        let tracks = try await dependencies.database.read { db in
            try Catalog.tracks(in: status, after: page.position, limit: page.limit + 1, in: db)
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
        let track = try await dependencies.database.write { db in
            guard let track = try Catalog.track(id, in: db) else { throw CatalogError.trackNotFound(id) }
            if try Catalog.reviewDecision(on: id, in: db) == nil {
                try EntityTag.requireMatch(ifMatch, track, required: false)
            }
            try Catalog.decide(id, verdict, in: db)
            try workflows.reviewDecided(id, approved: approved, reason: reason, by: admin.id, in: db)
            return try Catalog.track(id, in: db)
        }
        guard let track else { throw Problem.trackNotFound(id.rawValue) }
        let view = views.detail(track, for: .admin, decision: verdict)
        return try JSON.response(view, headers: [.eTag: EntityTag.of(track)])
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
        let track = try await dependencies.database.write { db in
            guard let track = try Catalog.track(id, in: db) else { throw CatalogError.trackNotFound(id) }
            guard track.status == from else { throw Self.cannotModerate(track, needs: from) }
            try Catalog.moveTrack(id, to: to, reason: reason, by: .user(admin.id), at: now, in: db)
            return try Catalog.track(id, in: db)
        }
        guard let track else { throw Problem.trackNotFound(id.rawValue) }
        return try JSON.response(views.detail(track, for: .admin), headers: [.eTag: EntityTag.of(track)])
    }

    private static func cannotModerate(_ track: Track, needs: TrackStatus) -> Problem {
        Problem(
            .trackIllegalMove,
            "Track \(track.id) is \(track.status.rawValue); this needs \(needs.rawValue)."
        )
    }
}
