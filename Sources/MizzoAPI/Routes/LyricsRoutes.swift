import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import LyricsSync
import MizzoCatalog

/// `GET /track/{id}/lyrics`: JSON with the status, or a text format once there is a document.
struct LyricsRoutes: Sendable {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/track/{id}/lyrics",
                .open(.visible),
                "The time-synchronised lyrics, or how far they are",
                parameters: [
                    .trackID, .query("format", .choice(LyricsFormat.self), "json unless given."), .ifNoneMatch,
                ],
                gives: [
                    Outcome(.ok, "The lyrics.", LyricsFormat.contents, headers: [.eTag]), .notModified,
                ],
                problems: [.trackNotFound, .lyricsNotReady]
            ) { try await lyrics($0, $1, $2) }
        ]
    }

    private func lyrics(_ request: Request, _ context: APIContext, _ principal: Principal?) async throws -> Response {
        let id = try context.trackID()
        let format: LyricsFormat = try request.choice("format") ?? .json
        let (track, lyrics) = try await dependencies.database.read { db in
            (try Catalog.track(id, in: db), try Catalog.lyrics(of: id, in: db))
        }
        guard let track, Viewer(principal, of: track).canSee(track) else { throw Problem.trackNotFound(id.rawValue) }
        let tag = EntityTag.ofLyrics(lyrics?.version ?? 0, of: id)
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache", .vary: "Authorization"]
        if EntityTag.noneMatchHits(request.headers[.ifNoneMatch], tag: tag), format == .json {
            return Response(status: .notModified, headers: headers)
        }
        guard let form = format.text else { return try JSON.response(LyricsView(lyrics), headers: headers) }
        guard let document = lyrics?.document else {
            throw Problem(.lyricsNotReady, "Ask without a format for their status.")
        }
        let body = ResponseBody(byteBuffer: ByteBuffer(string: form(SyncedLyrics(document))))
        var response = Response(status: .ok, headers: headers, body: body)
        response.headers[.contentType] = format.contentType
        return response
    }
}

/// The forms in which lyrics are given.
enum LyricsFormat: String, CaseIterable, Sendable {
    /// With everything that is known.
    case json
    /// A line of text per line of the song, which every player reads.
    case lrc
    /// LRC with a time for every word.
    case enhancedLRC = "elrc"
    /// For browsers.
    case vtt

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .lrc, .enhancedLRC: "text/plain; charset=utf-8"
        case .vtt: "text/vtt; charset=utf-8"
        }
    }

    /// `nil` for JSON.
    var text: ((SyncedLyrics) -> String)? {
        switch self {
        case .json: nil
        case .lrc: { $0.lrc() }
        case .enhancedLRC: { $0.lrc(wordStamps: true) }
        case .vtt: { $0.webVTT() }
        }
    }

    static let contents: [Outcome.Content] = [
        .init(type: "application/json", schema: LyricsView.schema), Outcome.text("text/plain"),
        Outcome.text("text/vtt"),
    ]
}

/// Lyrics as answers show them.
struct LyricsView: Encodable, Described {
    static let schema = Schema.object(
        "Lyrics",
        [
            .required("status", .choice(LyricsStatus.self)), .optional("language", .string()),
            .optional("lines", .array(of: LyricsDocument.Line.schema)), .optional("reason", .string()),
            .optional("provider", .string()), .optional("updatedAt", .time),
        ]
    )

    var status: String
    var language: String?
    var lines: [LyricsDocument.Line]?
    var reason: String?
    var provider: String?
    var updatedAt: Date?

    /// Lyrics that nobody has begun yet are pending, too.
    init(_ lyrics: TrackLyrics?) {
        status = (lyrics?.status ?? .pending).rawValue
        language = lyrics?.document?.language
        lines = lyrics?.document?.lines
        reason = lyrics?.reason
        provider = lyrics?.provider
        updatedAt = lyrics?.updatedAt
    }
}

extension LyricsDocument.Line: Described {
    static let schema = Schema.object(
        "LyricsLine",
        [
            .required("startMs", .integer(0...lyricsEndMs)), .required("endMs", .integer(0...lyricsEndMs)),
            .required("text", .string(max: 500)), .nullable("words", .array(of: word, max: 120)),
            .nullable("timing", .choice(LyricsDocument.Timing.self)),
        ]
    )

    private static let word = Schema.object(
        "LyricsWord",
        [
            .required("startMs", .integer(0...lyricsEndMs)), .required("endMs", .integer(0...lyricsEndMs)),
            .required("text", .string(max: 120)),
        ]
    )

    /// No track is longer than this.
    private static let lyricsEndMs: Int64 = 14_400_000
}
