import DurableSQLite
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `/admin/playlist`: the queue, the verdicts, later moderation, and the history. A verdict is recorded once and handed to
/// the round's workflow in the same transaction; the workflow moves the status.
struct PlaylistReviewRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let cursors: CursorSeal

    var endpoints: [Endpoint] { [queue, approve, reject, block, unblock, audit] }

    private var queue: Endpoint {
        Endpoint(
            .get,
            "/admin/playlist",
            .roles([.admin], .any),
            "Playlists in a status, newest first",
            parameters: Parameter.paging + [.query("status", .choice(PlaylistStatus.self), "REVIEWING unless given.")],
            gives: [.ok(Page<PlaylistView>.self)]
        ) { request, _, admin in try await queue(request, admin) }
    }

    private var approve: Endpoint {
        change("approve", "Approve a playlist under review") { _, context, admin in
            try await decide(context, admin, approved: true, reason: nil)
        }
    }

    private var reject: Endpoint {
        change("reject", "Reject a playlist under review", takes: .json(ReasonForm.self)) { request, context, admin in
            let reason = try await ReasonForm.reason(in: request, limit: configuration.bodyByteCountMax)
            return try await decide(context, admin, approved: false, reason: reason)
        }
    }

    private var block: Endpoint {
        change("block", "Hide a published playlist", takes: .json(ReasonForm.self)) { request, context, admin in
            let reason = try await ReasonForm.reason(in: request, limit: configuration.bodyByteCountMax)
            return try await moderate(context, admin, from: .published, to: .blocked, reason: reason)
        }
    }

    private var unblock: Endpoint {
        change("unblock", "Show a blocked playlist again") { _, context, admin in
            try await moderate(context, admin, from: .blocked, to: .published, reason: nil)
        }
    }

    private var audit: Endpoint {
        Endpoint(
            .get,
            "/admin/playlist/{id}/audit",
            .roles([.admin], .any),
            "Who moved and edited the playlist, when and why",
            parameters: [.playlistID],
            gives: [.ok(AuditTrail.self)],
            problems: [.playlistNotFound]
        ) { _, context, _ in
            let id = try context.playlistID()
            let trail = try await dependencies.database.read { try Catalog.statusAudit(of: .playlist(id), in: $0) }
            guard !trail.isEmpty else { throw Problem.notFound(.playlist(id)) }
            return try JSON.response(AuditTrail(items: trail.map(AuditView.init)))
        }
    }

    private func change(
        _ name: String,
        _ summary: String,
        takes body: BodyDescription? = nil,
        handle: @escaping Endpoint.Handler
    ) -> Endpoint {
        Endpoint(
            .post,
            "/admin/playlist/{id}/\(name)",
            .roles([.admin], .any),
            summary,
            parameters: [.playlistID],
            takes: body,
            gives: [.ok(PlaylistView.self, "The playlist as it is now.", headers: [.eTag])],
            problems: [.playlistNotFound, .playlistAlreadyDecided, .playlistIllegalMove],
            handle: handle
        )
    }

    private func queue(_ request: Request, _ admin: Principal) async throws -> Response {
        let status: PlaylistStatus = try request.choice("status") ?? .reviewing
        let scope = "admin-playlists:\(admin.id):\(status.rawValue)"
        let page = try PageRequest<ListPosition>(request, cursors: cursors, scope: scope)
        let found = try await dependencies.database.read { db in
            try Catalog.playlists(standing: status, after: page.position, limit: page.limit + 1, in: db)
        }
        let shown = found.prefix(page.limit)
        let last = found.count > page.limit ? shown.last : nil
        return try JSON.response(
            Page(
                items: shown.map { PlaylistView($0, tracks: $0.content.tracks, for: .admin) },
                next: try last.map { try cursors.seal(ListPosition(after: $0), scope: scope) }
            )
        )
    }

    private func decide(
        _ context: APIContext,
        _ admin: Principal,
        approved: Bool,
        reason: String?
    ) async throws -> Response {
        let id = try context.playlistID()
        let verdict = ReviewDecision(approved: approved, reason: reason, admin: admin.id, decidedAt: dependencies.now())
        let workflows = dependencies.workflows
        let playlist = try await dependencies.database.write { db in
            let playlist = try Catalog.decidePlaylist(id, verdict, in: db)
            try workflows.playlistDecided(playlist, verdict, in: db)
            return playlist
        }
        return try Self.answer(playlist)
    }

    private func moderate(
        _ context: APIContext,
        _ admin: Principal,
        from: PlaylistStatus,
        to: PlaylistStatus,
        reason: String?
    ) async throws -> Response {
        let id = try context.playlistID()
        let now = dependencies.now()
        let playlist = try await dependencies.database.write { db in
            guard let before = try Catalog.playlist(id, in: db) else { throw Problem.notFound(.playlist(id)) }
            guard before.status == from else {
                let exits = "this needs a \(from.rawValue) one; \(before.status.exits)"
                let (old, new) = (before.status.rawValue, to.rawValue)
                throw CatalogError.illegalMove(.playlist(id), from: old, to: new, exits: exits)
            }
            try Catalog.movePlaylist(id, to: to, reason: reason, by: .user(admin.id), at: now, in: db)
            return try Catalog.playlist(id, in: db)
        }
        guard let playlist else { throw Problem.notFound(.playlist(id)) }
        return try Self.answer(playlist)
    }

    private static func answer(_ playlist: Playlist) throws -> Response {
        let view = PlaylistView(playlist, tracks: playlist.content.tracks, for: .admin)
        return try JSON.response(view, headers: [.eTag: EntityTag.of(playlist)])
    }
}

extension Request {
    /// A query parameter that is one of an enumeration's values; `nil` when it is not given.
    ///
    /// - Throws: 400 for any other text.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Choice? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badParameter(name, "Expected one of \(known).")
        }
        return choice
    }
}
