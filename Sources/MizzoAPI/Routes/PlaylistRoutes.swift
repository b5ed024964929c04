import DurableSQLite
import FoundationEssentials
import GRDB
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `/playlist`: users of every role make playlists; others see them once they are published.
struct PlaylistRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let views: TrackViews
    let cursors: CursorSeal

    var endpoints: [Endpoint] { [create, own, one, edit] }

    private var create: Endpoint {
        Endpoint(
            .post,
            "/playlist",
            .roles(.signedIn, .own),
            "Make a playlist; an admin reviews it",
            takes: .json(PlaylistForm.self),
            gives: [.created(PlaylistView.self, "The playlist, REVIEWING.", headers: [.eTag, .location])]
        ) { try await create($0, $1, $2) }
    }

    private var own: Endpoint {
        Endpoint(
            .get,
            "/playlist",
            .roles(.signedIn, .own),
            "The own playlists, newest first",
            parameters: Parameter.paging,
            gives: [.ok(Page<PlaylistView>.self)]
        ) { request, _, owner in try await list(request, owner) }
    }

    private var one: Endpoint {
        Endpoint(
            .get,
            "/playlist/{id}",
            .open(.visible),
            "A playlist, as far as the caller may see it",
            parameters: [.playlistID, .ifNoneMatch],
            gives: [.ok(PlaylistView.self, "The playlist.", headers: [.eTag]), .notModified],
            problems: [.playlistNotFound]
        ) { try await detail($0, $1, $2) }
    }

    private var edit: Endpoint {
        Endpoint(
            .put,
            "/playlist/{id}",
            .roles(.signedIn, .own),
            "Replace an own playlist's texts and tracks; other texts are reviewed again",
            parameters: [.playlistID, .ifMatchRequired],
            takes: .json(PlaylistForm.self),
            gives: [.ok(PlaylistView.self, "The playlist as it is now.", headers: [.eTag])],
            problems: [.playlistNotFound, .playlistAlreadyDecided, .playlistVersionStale, .ifMatchRequired]
        ) { try await edit($0, $1, $2) }
    }

    private func form(in request: Request) async throws -> PlaylistForm.Checked {
        try await JSON.body(PlaylistForm.self, of: request, limit: configuration.bodyByteCountMax)
            .checked(configuration.profanity)
    }

    private func create(_ request: Request, _ context: APIContext, _ owner: Principal) async throws -> Response {
        let form = try await form(in: request)
        let (now, workflows) = (dependencies.now(), dependencies.workflows)
        guard let id = PlaylistID(rawValue: dependencies.makeUploadID(now).rawValue) else {
            throw Problem(.internalError, "No identifier could be made. Try again.")
        }
        return try await context.transact(in: dependencies.database, at: now) { db in
            try PlaylistForm.checkTracks(of: form.content, keeping: [], owner: owner.id, in: db)
            let playlist = try Catalog.createPlaylist(
                id,
                owner: owner.id,
                content: form.content,
                flags: form.flags,
                at: now,
                in: db
            )
            try workflows.playlistReviewBegan(playlist, in: db)
            return try created(playlist)
        }
    }

    private func created(_ playlist: Playlist) throws -> Answer {
        try Answer(
            PlaylistView(playlist, tracks: playlist.content.tracks, for: .owner),
            status: .created,
            headers: [.location: views.url("/playlist/\(playlist.id)"), .eTag: EntityTag.of(playlist)]
        )
    }

    private func list(_ request: Request, _ owner: Principal) async throws -> Response {
        let scope = "own-playlists:\(owner.id)"
        let page = try PageRequest<ListPosition>(request, cursors: cursors, scope: scope)
        let found = try await dependencies.database.read { db in
            try Catalog.playlists(ownedBy: owner.id, after: page.position, limit: page.probe, in: db)
        }
        return try page.response(found, ListPosition.init(after:)) {
            PlaylistView($0, tracks: $0.content.tracks, for: .owner)
        }
    }

    private func detail(_ request: Request, _ context: APIContext, _ principal: Principal?) async throws -> Response {
        let id = try context.playlistID()
        let (playlist, published) = try await dependencies.database.read { db in
            let playlist = try Catalog.playlist(id, in: db)
            return (playlist, try Catalog.published(playlist?.content.tracks ?? [], in: db))
        }
        guard let playlist else { throw Problem.notFound(.playlist(id)) }
        let viewer = Viewer(principal, ownerOf: playlist.owner)
        guard playlist.status == .published || viewer != .stranger else { throw Problem.notFound(.playlist(id)) }
        // What strangers see also depends on the tracks, so only the others are told "not modified".
        let tag = EntityTag.of(playlist)
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache", .vary: "Authorization"]
        if viewer != .stranger, EntityTag.noneMatchHits(request.headers[.ifNoneMatch], tag: tag) {
            return Response(status: .notModified, headers: headers)
        }
        let tracks = viewer == .stranger ? published : playlist.content.tracks
        return try JSON.response(PlaylistView(playlist, tracks: tracks, for: viewer), headers: headers)
    }

    private func edit(_ request: Request, _ context: APIContext, _ owner: Principal) async throws -> Response {
        let id = try context.playlistID()
        let form = try await form(in: request)
        let (now, workflows, ifMatch) = (dependencies.now(), dependencies.workflows, request.headers[.ifMatch])
        let playlist = try await dependencies.database.write { db in
            guard let before = try Catalog.playlist(id, in: db), before.owner == owner.id else {
                throw Problem.notFound(.playlist(id))
            }
            try EntityTag.requireMatch(ifMatch, tag: EntityTag.of(before), stale: .playlistVersionStale)
            let kept = before.content.tracks
            try PlaylistForm.checkTracks(of: form.content, keeping: kept, owner: owner.id, in: db)
            let edit = try form.applied(to: before, at: now, in: db)
            if edit.beganReview { try workflows.playlistReviewBegan(edit.playlist, in: db) }
            return edit.playlist
        }
        let view = PlaylistView(playlist, tracks: playlist.content.tracks, for: .owner)
        return try JSON.response(view, headers: [.eTag: EntityTag.of(playlist)])
    }
}

extension PlaylistForm.Checked {
    fileprivate func applied(to playlist: Playlist, at now: Date, in db: Database) throws -> PlaylistEdit {
        try Catalog.editPlaylist(
            playlist.id,
            content: content,
            flags: flags,
            expected: playlist.version,
            by: playlist.owner,
            at: now,
            in: db
        )
    }
}

extension Parameter {
    static let playlistID = path("id", .trackID, "The playlist.")
    static let applicationID = path("id", .trackID, "The application.")
}

extension APIContext {
    /// The `{id}` of the path as a playlist; 404 for text that cannot be one.
    func playlistID() throws -> PlaylistID {
        let text = parameters.get("id") ?? ""
        guard let id = PlaylistID(rawValue: text) else { throw Problem.notFound(.playlistNotFound, text) }
        return id
    }

    /// The `{id}` of the path as an application; 404 for text that cannot be one.
    func applicationID() throws -> ApplicationID {
        let text = parameters.get("id") ?? ""
        guard let id = ApplicationID(rawValue: text) else { throw Problem.notFound(.applicationNotFound, text) }
        return id
    }
}
