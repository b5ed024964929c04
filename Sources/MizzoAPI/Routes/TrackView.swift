import FoundationEssentials
import MizzoCatalog

/// Through whose eyes a track is shown.
enum Viewer: Sendable {
    case stranger
    case owner
    case admin

    init(_ principal: Principal?, of track: Track) { self.init(principal, ownerOf: track.owner) }

    init(_ principal: Principal?, ownerOf owner: UserID) {
        switch principal {
        case let principal? where principal.role == .admin: self = .admin
        case let principal? where principal.id == owner: self = .owner
        default: self = .stranger
        }
    }

    /// Strangers see what is published; for them everything else does not exist.
    func canSee(_ track: Track) -> Bool {
        track.status == .published || self != .stranger
    }
}

/// A track as answers show it. Members that are not the viewer's business are absent.
struct TrackView: Encodable, Described {
    static let schema = Schema.object("Track", published + forOwnerAndAdmin)

    private static let published: [Schema.Member] = [
        .required("id", .trackID), .required("ownerId", .userID),
        .required("secondaryArtistIds", .array(of: .userID, max: 10)), .required("title", .string(max: 200)),
        .required("language", .string(max: 35)), .required("duration", .integer(1...14_400)),
        .required("tags", .array(of: .string(max: 40), max: 20)), .optional("lyrics", .string(max: 20_000)),
        .optional("posterUrl", .string()), .required("status", .choice(TrackStatus.self)),
        .required("explicit", .flag), .optional("audio", AudioFacts.schema), .optional("waveformUrl", .string()),
        .optional("playback", Playback.schema), .required("createdAt", .time),
        .required("updatedAt", .time),
    ]

    private static let forOwnerAndAdmin: [Schema.Member] = [
        .optional("progress", .integer(0...100)), .optional("statusReason", .string()),
        .optional("review", Review.schema), .optional("contentFlags", .array(of: ProfanityFinding.schema)),
    ]

    struct Playback: Encodable, Described {
        static let schema = Schema.object(
            "Playback",
            [.required("hls", .string()), .required("stream", .string())]
        )
        var hls: String
        var stream: String
    }

    struct Review: Encodable, Described {
        static let schema = Schema.object(
            "Review",
            [.required("approved", .flag), .optional("reason", .string()), .required("decidedAt", .time)]
        )
        var approved: Bool
        var reason: String?
        var decidedAt: Date
    }

    var id: String
    var ownerId: String
    var secondaryArtistIds: [String]
    var title: String
    var language: String
    var duration: Int
    var tags: [String]
    var lyrics: String?
    var posterUrl: String?
    var status: String
    /// Whether the profanity rules have found anything, however mild.
    var explicit: Bool
    var audio: AudioFacts?
    /// Set once the audio was measured.
    var waveformUrl: String?
    var playback: Playback?
    var createdAt: Date
    var updatedAt: Date
    /// Owner and admin only, like everything below.
    var progress: Int?
    var statusReason: String?
    var review: Review?
    /// Admin only.
    var contentFlags: [ProfanityFinding]?
}

/// Makes views of tracks.
struct TrackViews: Sendable {
    let baseURL: String

    func url(_ path: String) -> String { baseURL + path }

    func detail(_ track: Track, for viewer: Viewer, decision: ReviewDecision? = nil) -> TrackView {
        var view = published(track)
        guard viewer != .stranger else { return view }
        view.progress = track.progress
        view.statusReason = track.statusReason
        view.review = decision.map { .init(approved: $0.approved, reason: $0.reason, decidedAt: $0.decidedAt) }
        if viewer == .admin { view.contentFlags = track.contentFlags }
        return view
    }

    private func published(_ track: Track) -> TrackView {
        let playback = TrackView.Playback(
            hls: url("/hls/\(track.id)/master.m3u8"),
            stream: url("/stream/\(track.id)")
        )
        return TrackView(
            id: track.id.rawValue,
            ownerId: track.owner.rawValue,
            secondaryArtistIds: track.details.secondaryArtists.map(\.rawValue),
            title: track.details.title,
            language: track.details.language,
            duration: track.details.duration,
            tags: track.details.tags,
            lyrics: track.details.lyricsText,
            posterUrl: track.details.posterKey.map { _ in url("/track/\(track.id)/poster") },
            status: track.status.rawValue,
            explicit: !track.contentFlags.isEmpty,
            audio: track.audioFacts,
            waveformUrl: track.audioFacts.map { _ in url("/track/\(track.id)/waveform") },
            playback: track.status == .published ? playback : nil,
            createdAt: track.createdAt,
            updatedAt: track.updatedAt
        )
    }
}

extension AudioFacts: Described {
    static let schema = Schema.object(
        "AudioFacts",
        [
            .optional("durationSeconds", .number), .optional("integratedLoudness", .number),
            .optional("truePeak", .number), .optional("loudnessRange", .number), .optional("sampleRate", .integer),
            .optional("channels", .integer), .optional("bitRate", .integer), .optional("codec", .string()),
        ]
    )
}

extension ProfanityFinding: Described {
    static let schema = Schema.object(
        "ContentFlag",
        [
            .required("field", .string()), .required("term", .string()), .required("matched", .string()),
            .required("level", .choice(ProfanityLevel.self)),
            .required("spelling", .choice(ProfanitySpelling.self)), .required("start", .integer(0...20_000)),
            .required("length", .integer(0...20_000)),
        ]
    )
}
