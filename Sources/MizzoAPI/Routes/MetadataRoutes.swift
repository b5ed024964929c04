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
    }

    private func edit(_ form: Form, _ ifMatch: String?, _ id: TrackID, by admin: Principal) async throws -> Response {
        try form.validate()
        let now = dependencies.now()
        let profanity = configuration.profanity
        let track = try await dependencies.database.write { db in
            guard let track = try Catalog.track(id, in: db) else { throw CatalogError.trackNotFound(id) }
            try EntityTag.requireMatch(ifMatch, track, required: true)
            let flags = profanity.findings(
                title: form.title ?? track.details.title,
                tags: form.tags ?? track.details.tags,
                lyrics: form.lyrics ?? track.details.lyricsText
            )
            var check = Validation()
            check.refuse(flags)
            try check.finish()
            try Catalog.editTrack(
                id,
                TrackEdit(title: form.title, tags: form.tags, lyricsText: form.lyrics),
                flags: flags,
                expected: track.version,
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
