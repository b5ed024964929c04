import DurableSQLite
import HTTPTypes
import Hummingbird
import Logging
import MizzoCatalog

/// `/hls/{id}/{file}` and `/stream/{id}`. The status is checked at every playlist, segment and range, and nothing may
/// be cached for more than 60 seconds, so that a blocked track falls silent within a minute. Published segments and
/// originals may be fetched from the store, by URLs that live no longer; playlists and previews never are.
struct PlaybackRoutes: Sendable {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        Endpoint.readable(
            "/hls/{id}/{file}",
            .open(.playable),
            "A playlist or segment (HLS)",
            parameters: [.trackID, .path("file", .string(), "`master.m3u8` names all others.")]
                + Parameter.partialReading,
            gives: Outcome.media("application/vnd.apple.mpegurl", "audio/aac") + [.elsewhere],
            problems: [.trackNotFound, .trackNotPublished, .mediaNotFound, .preconditionFailed, .rangeNotSatisfiable]
        ) { try await hls($0, $1, $2) }
            + Endpoint.readable(
                "/stream/{id}",
                .open(.playable),
                "The original, for players without HLS",
                parameters: [.trackID] + Parameter.partialReading,
                gives: Outcome.media("audio/mpeg") + [.elsewhere],
                problems: [
                    .trackNotFound, .trackNotPublished, .mediaNotFound, .preconditionFailed, .rangeNotSatisfiable,
                ]
            ) { request, context, _ in try await stream(request, context) }
    }

    private func hls(_ request: Request, _ context: APIContext, _ principal: Principal?) async throws -> Response {
        let id = try context.trackID()
        let track = try await dependencies.database.read { db in try Catalog.track(id, in: db) }
        guard let track else { throw Problem.trackNotFound(id.rawValue) }
        guard track.status == .published || Self.mayPreview(track, principal) else { throw Self.notPublished(track) }
        guard let file = HLSFile(context.parameters.get("file") ?? ""),
            let object = try await dependencies.media.object(MediaKeys.transcoded(id, file: file.name))
        else {
            throw Problem(.mediaNotFound, "Track \(id) has no such playlist or segment.")
        }
        let published = file.isPlaylist ? Caching.revalidated(isPublic: true) : Caching.briefly
        return try await MediaResponse(
            object: object,
            contentType: file.contentType,
            cacheControl: track.status == .published ? published : Caching.never,
            now: dependencies.now(),
            mayRedirect: track.status == .published && !file.isPlaylist
        ).response(to: request, context)
    }

    /// The owner hears a track that waits for review; an admin also one that is blocked, to unblock it.
    private static func mayPreview(_ track: Track, _ principal: Principal?) -> Bool {
        switch Viewer(principal, of: track) {
        case .stranger: false
        case .owner: track.status == .reviewing
        case .admin: track.status == .reviewing || track.status == .blocked
        }
    }

    private func stream(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try context.trackID()
        let (track, ticket) = try await dependencies.database.read { db in
            (try Catalog.track(id, in: db), try Catalog.uploadTicket(UploadID(audioOf: id), in: db))
        }
        guard let track else { throw Problem.trackNotFound(id.rawValue) }
        guard track.status == .published else { throw Self.notPublished(track) }
        let object = try await dependencies.media.object(ticket?.sealed?.pinnedKey ?? MediaKeys.rawTrack(id))
        guard let object, isReviewed(object, ticket, context) else {
            throw Problem(.mediaNotFound, "The original of track \(id) is not available.")
        }
        return try await MediaResponse(
            object: object,
            contentType: "audio/mpeg",
            cacheControl: Caching.briefly,
            now: dependencies.now(),
            mayRedirect: true
        ).response(to: request, context)
    }

    /// Only what was reviewed is played: an object that was swapped after sealing is refused.
    private func isReviewed(_ object: MediaObject, _ ticket: UploadTicket?, _ context: APIContext) -> Bool {
        guard let sealed = ticket?.sealed, sealed.etag != object.etag || sealed.byteCount != object.size else {
            return true
        }
        context.logger.error(
            "stored original differs from the reviewed one",
            metadata: ["etag": .string(object.etag), "sealed-etag": .string(sealed.etag)]
        )
        return false
    }

    private static func notPublished(_ track: Track) -> Problem {
        Problem(.trackNotPublished, "Track \(track.id) cannot be played now.")
    }
}
