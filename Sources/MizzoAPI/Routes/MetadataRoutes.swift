import DurableSQLite
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `PUT /admin/track/{id}`: an admin's edit of title, tags and lyrics, against the version the admin has read.
struct MetadataRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let views: TrackViews

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .put,
                "/admin/track/{id}",
                .roles([.admin], .any),
                "Edit title, tags or lyrics",
                parameters: [.trackID, .ifMatchRequired],
                takes: .json(Form.self),
                gives: [.ok(TrackView.self, "The track as it is now.", headers: [.eTag])],
                problems: [.trackNotFound, .trackVersionStale, .ifMatchRequired]
            ) { request, context, admin in
                let form = try await JSON.body(Form.self, of: request, limit: configuration.bodyByteCountMax)
                return try await edit(form, request.headers[.ifMatch], try context.trackID(), by: admin)
            }
        ]
    }

    struct Form: RequestBodyForm {
        static let schema = Schema.object(
            "TrackEdit",
            [
                .nullable("title", .line(max: 200)),
                .nullable("tags", .array(of: .line(max: 40), max: 20, unique: true)),
                .nullable("lyrics", .string(max: 20_000)),
            ]
        )
        var title: String?
        var tags: [String]?
        var lyrics: String?

        func validate() throws {
            var check = Validation()
            check.require(title != nil || tags != nil || lyrics != nil, "", "Give title, tags or lyrics.")
            if let title { check.line(title, "title", max: 200) }
            if let tags { check.tags(tags) }
            if let lyrics { check.text(lyrics, "lyrics", max: 20_000) }
            try check.finish()
        }

        /// What the rules find in the track as it will be. Blocked words are refused; the marks of the synchronised lines,
        /// which this edit does not touch, stay.
        func flags(of track: Track, _ profanity: ProfanityCheck) throws -> [ProfanityFinding] {
            let found = profanity.findings(
                title: title ?? track.details.title,
                tags: tags ?? track.details.tags,
                lyrics: lyrics ?? track.details.lyricsText
            )
            var check = Validation()
            check.refuse(found)
            try check.finish()
            return found + track.contentFlags.filter(\.isAboutSyncedLines)
        }
    }

    private func edit(_ form: Form, _ ifMatch: String?, _ id: TrackID, by admin: Principal) async throws -> Response {
        try form.validate()
        let now = dependencies.now()
        // Judging a long text takes a while, in which nobody could write if it were done in the transaction.
        let seen = try await dependencies.database.read { try Catalog.track(id, in: $0) }
        guard let seen else { throw CatalogError.trackNotFound(id) }
        try EntityTag.requireMatch(ifMatch, seen, required: true)
        let flags = try form.flags(of: seen, configuration.profanity)
        let track = try await dependencies.database.write { db in
            try Catalog.editTrack(
                id,
                TrackEdit(title: form.title, tags: form.tags, lyricsText: form.lyrics),
                flags: flags,
                expected: seen.version,
                by: .user(admin.id),
                at: now,
                in: db
            )
            return try Catalog.track(id, in: db)
        }
        guard let track else { throw Problem.trackNotFound(id.rawValue) }
        return try JSON.response(views.detail(track, for: .admin), headers: [.eTag: EntityTag.of(track)])
    }
}
