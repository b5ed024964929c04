import DurableSQLite
import FoundationEssentials
import GRDB
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `POST /track/upload`: turns a ticket into a PENDING track and starts its publishing, in one transaction.
struct RegistrationRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let views: TrackViews

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/track/upload",
                .roles([.artist], .own),
                "Register an upload as a track",
                takes: .json(RegistrationForm.self),
                gives: [
                    .created(TrackView.self, "The track, PENDING.", headers: [.location, .eTag]),
                    .ok(TrackView.self, "The same was registered before.", headers: [.location, .eTag]),
                ],
                problems: [.uploadNotFound, .uploadExpired, .trackAlreadyRegistered]
            ) { request, context, artist in
                let limit = configuration.bodyByteCountMax
                let form = try await JSON.body(RegistrationForm.self, of: request, limit: limit)
                return try await register(form, by: artist, context)
            }
        ]
    }

    private func register(
        _ form: RegistrationForm,
        by artist: Principal,
        _ context: APIContext
    ) async throws -> Response {
        guard let id = TrackID(rawValue: form.id) else { throw Problem.uploadNotFound(form.id) }
        let flags = try form.validate(
            owner: artist.id,
            bucket: configuration.bucket,
            profanity: configuration.profanity
        )
        let canonical = try form.canonical
        let now = dependencies.now()
        return try await context.transact(in: dependencies.database, at: now) { db in
            if let earlier = try Catalog.track(id, in: db), earlier.owner == artist.id {
                guard earlier.registration == canonical else { throw Self.registeredDifferently(id) }
                return try answer(earlier, .ok)
            }
            try Self.checkTicket(id, of: artist.id, at: now, in: db)
            let track = try Catalog.registerTrack(
                id,
                owner: artist.id,
                details: try Self.details(of: form, owner: artist.id, bucket: configuration.bucket, at: now, in: db),
                flags: flags,
                registration: canonical,
                at: now,
                in: db
            )
            try dependencies.workflows.trackRegistered(id, in: db)
            return try answer(track, .created)
        }
    }

    private func answer(_ track: Track, _ status: HTTPResponse.Status) throws -> Answer {
        try Answer(
            views.detail(track, for: .owner),
            status: status,
            headers: [.location: views.url("/track/\(track.id)"), .eTag: EntityTag.of(track)]
        )
    }

    private static func checkTicket(_ id: TrackID, of artist: UserID, at now: Date, in db: Database) throws {
        let ticket = try Catalog.uploadTicket(UploadID(audioOf: id), ownedBy: artist, in: db)
        guard let ticket, ticket.kind == .audio else { throw Problem.uploadNotFound(id.rawValue) }
        guard ticket.usedAt == nil else { throw registeredDifferently(id) }
        guard now < ticket.expiresAt else {
            throw Problem(.uploadExpired, "Upload \(id) was not registered in time. Ask for a new upload URL.")
        }
    }

    private static func details(
        of form: RegistrationForm,
        owner: UserID,
        bucket: String,
        at now: Date,
        in db: Database
    ) throws -> TrackDetails {
        var check = Validation()
        let artists = (form.secondaryArtistIds ?? []).map(UserID.init(rawValue:))
        for (index, artist) in artists.enumerated() {
            let user = try Catalog.user(artist, in: db)
            let isArtist = user?.role == .artist && user?.disabledAt == nil
            check.require(isArtist, "secondaryArtistIds/\(index)", "There is no such artist.")
        }
        let posterKey = form.posterUrl.map { String($0.dropFirst("s3://\(bucket)/".count)) }
        if let posterKey {
            let ticket = try Catalog.posterTicket(key: posterKey, ownedBy: owner, in: db)
            let isUsable = ticket.map { $0.usedAt == nil && now < $0.expiresAt } ?? false
            check.require(isUsable, "posterUrl", "There is no such poster upload, or it is used or expired.")
        }
        try check.finish()
        return TrackDetails(
            title: form.title,
            language: form.language.lowercased(),
            duration: form.duration,
            tags: form.tags,
            lyricsText: form.lyrics,
            posterKey: posterKey,
            secondaryArtists: artists
        )
    }

    private static func registeredDifferently(_ id: TrackID) -> Problem {
        Problem(
            .trackAlreadyRegistered,
            "Track \(id) was registered with other content. Ask for a new upload URL for another track."
        )
    }
}
