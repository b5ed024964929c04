import FoundationEssentials
import MizzoCatalog

/// Through whose eyes a track is shown.
enum Viewer: Sendable {
    case stranger
    case owner
    case admin

    init(_ principal: Principal?, of track: Track) {
        switch principal {
        case let principal? where principal.role == .admin: self = .admin
        case let principal? where principal.id == track.owner: self = .owner
        default: self = .stranger
        }
    }

    /// Strangers see what is published; for them everything else does not exist.
    func canSee(_ track: Track) -> Bool {
        track.status == .published || self != .stranger
    }
}

/// A track as answers show it. Members that are not the viewer's business are absent.
struct TrackView: Encodable {
    struct Playback: Encodable {
        var hls: String
        var stream: String
    }

    struct Review: Encodable {
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
    var audio: AudioFacts?
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
            audio: track.audioFacts,
            playback: track.status == .published ? playback : nil,
            createdAt: track.createdAt,
            updatedAt: track.updatedAt
        )
    }
}
