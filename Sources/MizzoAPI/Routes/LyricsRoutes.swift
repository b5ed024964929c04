import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `GET /track/{id}/lyrics`: JSON with the status, or `?format=lrc` and `?format=vtt` once there is a document.
struct LyricsRoutes: Sendable {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/track/{id}/lyrics",
                .open(.visible),
                "The time-synchronised lyrics, or how far they are",
                parameters: [.trackID, .query("format", .choice(["json", "lrc", "vtt"]), "json unless given.")],
                gives: [
                    Outcome(
                        .ok,
                        "The lyrics.",
                        [
                            .init(type: "application/json", schema: Answer.schema), Outcome.text("text/plain"),
                            Outcome.text("text/vtt"),
                        ]
                    )
                ],
                problems: [.trackNotFound, .lyricsNotReady]
            ) { try await lyrics($0, $1, $2) }
        ]
    }

    struct Answer: Encodable, Described {
        static let schema = Schema.object(
            "Lyrics",
            [
                .required("status", .choice(LyricsStatus.self)),
                .optional("lines", .array(of: LyricsDocument.Line.schema)), .optional("reason", .string()),
                .optional("provider", .string()), .optional("updatedAt", .time),
            ]
        )
        var status: String
        var lines: [LyricsDocument.Line]?
        var reason: String?
        var provider: String?
        var updatedAt: Date?
    }

    private func lyrics(_ request: Request, _ context: APIContext, _ principal: Principal?) async throws -> Response {
        let id = try context.trackID()
        let (track, lyrics) = try await dependencies.database.read { db in
            (try Catalog.track(id, in: db), try Catalog.lyrics(of: id, in: db))
        }
        guard let track, Viewer(principal, of: track).canSee(track) else { throw Problem.trackNotFound(id.rawValue) }
        switch request.uri.queryParameters.get("format") ?? "json" {
        case "json": return try JSON.response(Self.answer(lyrics))
        case "lrc": return try Self.text(lyrics, \.lrc, "text/plain; charset=utf-8")
        case "vtt": return try Self.text(lyrics, \.webVTT, "text/vtt; charset=utf-8")
        default: throw Problem.badParameter("format", "Expected json, lrc or vtt.")
        }
    }

    /// Lyrics that nobody has begun yet are pending, too.
    private static func answer(_ lyrics: TrackLyrics?) -> Answer {
        guard let lyrics else { return Answer(status: LyricsStatus.pending.rawValue) }
        return Answer(
            status: lyrics.status.rawValue,
            lines: lyrics.document?.lines,
            reason: lyrics.reason,
            provider: lyrics.provider,
            updatedAt: lyrics.updatedAt
        )
    }

    private static func text(
        _ lyrics: TrackLyrics?,
        _ form: (LyricsDocument) -> String,
        _ type: String
    ) throws -> Response {
        guard let document = lyrics?.document else {
            throw Problem(.lyricsNotReady, "Ask without a format for their status.")
        }
        let body = ResponseBody(byteBuffer: ByteBuffer(string: form(document)))
        return Response(status: .ok, headers: [.contentType: type], body: body)
    }
}

extension LyricsDocument.Line: Described {
    static let schema = Schema.object(
        "LyricsLine",
        [
            .required("startMs", .integer), .required("endMs", .integer), .required("text", .string()),
            .optional(
                "words",
                .array(
                    of: .object(
                        "LyricsWord",
                        [.required("startMs", .integer), .required("endMs", .integer), .required("text", .string())]
                    )
                )
            ),
        ]
    )
}
