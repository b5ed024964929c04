import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import LyricsSync
import MizzoCatalog

/// `PUT /track/{id}/lyrics` and `POST /track/{id}/lyrics/regenerate`, for the track's artist and for admins.
struct LyricsEditRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies

    var endpoints: [Endpoint] { [edit, regenerate] }

    private var edit: Endpoint {
        Endpoint(
            .put,
            "/track/{id}/lyrics",
            .roles([.artist, .admin], .ownOrAdmin),
            "Replace the lines and their times; lines that change are marked edited",
            parameters: [.trackID, .ifMatchRequired],
            takes: .json(Form.self),
            gives: [.ok(LyricsView.self, "The lyrics as they are now.", headers: [.eTag])],
            problems: [.trackNotFound, .lyricsPending, .lyricsVersionStale, .ifMatchRequired]
        ) { try await edit($0, $1, $2) }
    }

    private var regenerate: Endpoint {
        Endpoint(
            .post,
            "/track/{id}/lyrics/regenerate",
            .roles([.artist, .admin], .ownOrAdmin),
            "Have the lyrics made again, in the given language",
            parameters: [.trackID],
            takes: .json(LanguageForm.self),
            gives: [.json(.accepted, LyricsView.self, "The lyrics, PENDING.")],
            problems: [.trackNotFound, .lyricsPending, .lyricsNotPossible]
        ) { try await regenerate($0, $1, $2) }
    }

    struct Form: RequestBodyForm {
        static let schema = Schema.object(
            "LyricsForm",
            [
                .nullable("language", .language),
                .required("lines", .array(of: LyricsDocument.Line.schema, max: 1_000)),
            ]
        )
        var language: String?
        var lines: [LyricsDocument.Line]
    }

    struct LanguageForm: RequestBodyForm {
        static let schema = Schema.object(
            "LyricsLanguageForm",
            [.nullable("language", .language)]
        )
        var language: String?
    }

    private func edit(_ request: Request, _ context: APIContext, _ editor: Principal) async throws -> Response {
        let id = try context.trackID()
        let form = try await JSON.body(Form.self, of: request, limit: configuration.bodyByteCountMax)
        let (now, ifMatch) = (dependencies.now(), request.headers[.ifMatch])
        let (track, language) = try await dependencies.database.read { db in
            let track = try Self.ownTrack(id, of: editor, try Catalog.track(id, in: db))
            return (track, try Catalog.lyrics(of: id, in: db)?.document?.language)
        }
        // Judging a long text takes a while, in which nobody could write if it were done in the transaction.
        let document = try form.document(for: track, language: language)
        let flags = try form.flags(configuration.profanity)
        let lyrics = try await dependencies.database.write { db in
            let version = try Catalog.lyrics(of: id, in: db)?.version ?? 0
            let tag = EntityTag.ofLyrics(version, of: id)
            try EntityTag.requireMatch(ifMatch, tag: tag, stale: .lyricsVersionStale)
            let edit = LyricsEdit(document: document, flags: flags, expected: version)
            try Catalog.editLyrics(of: id, edit, by: .user(editor.id), at: now, in: db)
            return try Catalog.lyrics(of: id, in: db)
        }
        let headers: HTTPFields = [.eTag: EntityTag.ofLyrics(lyrics?.version ?? 0, of: id)]
        return try JSON.response(LyricsView(lyrics), headers: headers)
    }

    private func regenerate(_ request: Request, _ context: APIContext, _ asker: Principal) async throws -> Response {
        let id = try context.trackID()
        let form = try await JSON.body(LanguageForm.self, of: request, limit: 1024)
        let language = try form.checked()
        let (now, workflows) = (dependencies.now(), dependencies.workflows)
        return try await context.transact(in: dependencies.database, at: now) { db in
            let track = try Self.ownTrack(id, of: asker, try Catalog.track(id, in: db))
            guard track.audioFacts != nil else {
                throw Problem(
                    .lyricsNotPossible,
                    "Track \(id) is \(track.status.rawValue). Wait until it is REVIEWING."
                )
            }
            if let language, language != track.details.language {
                let edit = TrackEdit(language: language)
                let flags = track.contentFlags
                try Catalog.editTrack(id, edit, flags: flags, expected: nil, by: .user(asker.id), at: now, in: db)
            }
            try Catalog.regenerateLyrics(of: id, by: .user(asker.id), at: now, in: db)
            try workflows.lyricsRequested(id, in: db)
            return try Answer(LyricsView(try Catalog.lyrics(of: id, in: db)), status: .accepted)
        }
    }

    /// The artist's own track, or any for an admin; everything else does not exist.
    private static func ownTrack(_ id: TrackID, of principal: Principal, _ track: Track?) throws -> Track {
        guard let track, principal.role == .admin || track.owner == principal.id else {
            throw Problem.trackNotFound(id.rawValue)
        }
        return track
    }
}

extension LyricsEditRoutes.Form {
    /// The document, held against the length of the track and the limits of lyrics.
    fileprivate func document(for track: Track, language earlier: String?) throws -> LyricsDocument {
        let seconds = track.audioFacts?.durationSeconds ?? Double(track.details.duration)
        let document = LyricsDocument(lines: lines, language: language?.lowercased() ?? earlier ?? "und")
        var check = Validation()
        if let language { check.language(language) }
        try check.finish()
        let validator = LyricsValidator(durationMilliseconds: Int((seconds * 1000).rounded()))
        let problems = validator.problems(in: SyncedLyrics(document))
        guard problems.isEmpty else {
            throw Problem.validation(problems.map { FieldError(pointer: $0.pointer, detail: $0.detail) })
        }
        return document
    }

    /// What an admin should see; blocked words are refused.
    fileprivate func flags(_ profanity: ProfanityCheck) throws -> [ProfanityFinding] {
        let flags = profanity.findings(in: LyricsDocument(lines: lines))
        var check = Validation()
        check.refuse(flags)
        try check.finish()
        return flags
    }
}

extension LyricsEditRoutes.LanguageForm {
    fileprivate func checked() throws -> String? {
        guard let language = language?.lowercased() else { return nil }
        var check = Validation()
        check.language(language)
        try check.finish()
        return language
    }
}

extension LyricsProblem {
    /// The place as a JSON Pointer: `lines[3].words[0]` is `/lines/3/words/0`.
    fileprivate var pointer: String {
        "/" + path.filter { $0 != "]" }.map { $0 == "[" || $0 == "." ? "/" : String($0) }.joined()
    }
}
