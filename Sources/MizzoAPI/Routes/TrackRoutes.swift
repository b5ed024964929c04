import DurableSQLite
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `GET /track`, `GET /track/{id}` and the poster.
struct TrackRoutes: Sendable {
    let dependencies: APIDependencies
    let views: TrackViews
    let cursors: CursorSeal

    var endpoints: [Endpoint] {
        [own, one]
            + Endpoint.readable(
                "/track/{id}/poster",
                .open(.visible),
                "The cover picture",
                parameters: [.trackID] + Parameter.partialReading,
                gives: Outcome.media("image/jpeg", "image/png", "image/webp"),
                problems: [.trackNotFound, .mediaNotFound, .preconditionFailed, .rangeNotSatisfiable]
            ) { try await poster($0, $1, $2) }
    }

    private var own: Endpoint {
        Endpoint(
            .get,
            "/track",
            .roles([.artist], .own),
            "The artist's own tracks, newest first",
            parameters: Parameter.paging,
            gives: [.ok(Page<TrackView>.self)]
        ) { request, _, artist in try await list(request, artist) }
    }

    private var one: Endpoint {
        Endpoint(
            .get,
            "/track/{id}",
            .open(.visible),
            "A track, as far as the caller may see it",
            parameters: [.trackID, .ifNoneMatch],
            gives: [.ok(TrackView.self, "The track.", headers: [.eTag]), .notModified],
            problems: [.trackNotFound]
        ) { try await detail($0, $1, $2) }
    }

    private func list(_ request: Request, _ artist: Principal) async throws -> Response {
        let scope = "own-tracks:\(artist.id)"
        let page = try PageRequest<TrackPosition>(request, cursors: cursors, scope: scope)
        let tracks = try await dependencies.database.read { db in
            try Catalog.tracks(ownedBy: artist.id, after: page.position, limit: page.probe, in: db)
        }
        return try page.response(tracks, TrackPosition.init(after:)) { views.detail($0, for: .owner) }
    }

    private func detail(_ request: Request, _ context: APIContext, _ principal: Principal?) async throws -> Response {
        let id = try context.trackID()
        let (track, decision) = try await dependencies.database.read { db in
            (try Catalog.track(id, in: db), try Catalog.reviewDecision(on: id, in: db))
        }
        guard let track, Viewer(principal, of: track).canSee(track) else {
            throw Problem.trackNotFound(id.rawValue)
        }
        let viewer = Viewer(principal, of: track)
        let tag = viewer == .stranger ? EntityTag.ofPublic(track) : EntityTag.of(track)
        let headers: HTTPFields = [
            .eTag: tag, .cacheControl: Caching.revalidated(isPublic: viewer == .stranger), .vary: "Authorization",
        ]
        if EntityTag.noneMatchHits(request.headers[.ifNoneMatch], tag: tag) {
            return Response(status: .notModified, headers: headers)
        }
        return try JSON.response(views.detail(track, for: viewer, decision: decision), headers: headers)
    }

    private func poster(_ request: Request, _ context: APIContext, _ principal: Principal?) async throws -> Response {
        let id = try context.trackID()
        let track = try await dependencies.database.read { db in try Catalog.track(id, in: db) }
        guard let track, Viewer(principal, of: track).canSee(track) else { throw Problem.trackNotFound(id.rawValue) }
        guard let key = track.details.posterKey, let object = try await dependencies.media.object(key) else {
            throw Problem(.mediaNotFound, "Track \(id) has no picture.")
        }
        let type = key.hasSuffix(".png") ? "image/png" : key.hasSuffix(".webp") ? "image/webp" : "image/jpeg"
        return try await MediaResponse(
            object: object,
            contentType: type,
            cacheControl: track.status == .published ? Caching.briefly : Caching.never,
            now: dependencies.now()
        ).response(to: request, context)
    }
}

extension APIContext {
    /// The `{id}` of the path as a track; 404 for text that cannot be one.
    func trackID() throws -> TrackID {
        let text = parameters.get("id") ?? ""
        guard let id = TrackID(rawValue: text) else { throw Problem.trackNotFound(text) }
        return id
    }
}
