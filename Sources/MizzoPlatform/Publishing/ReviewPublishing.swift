import ActivityContracts
import GRDB
import MizzoAPI
import MizzoCatalog
import MizzoWorkflows
import WorkflowEngine

/// How long the flows wait for people.
struct FlowTiming: Hashable, Sendable {
    /// For an upload without registration, and the reverse.
    var arrivalSeconds: Int
    /// For admins.
    var review: ReviewTiming
}

/// The reviews of playlists and applications, inside the caller's transaction.
extension TrackPublishing: ReviewWorkflows {
    func playlistReviewBegan(_ playlist: Playlist, in database: Database) throws {
        let review = ReviewReference(playlist)
        try client.start(
            ReviewPlaylist.self,
            id: ReviewPlaylist.id(review),
            input: ReviewInput(review: review, timing: timing.review),
            options: Self.once,
            in: database
        )
    }

    func playlistDecided(
        _ playlist: Playlist,
        _ decision: MizzoCatalog.ReviewDecision,
        in database: Database
    ) throws {
        try client.handle(ReviewPlaylist.self, id: ReviewPlaylist.id(ReviewReference(playlist)))
            .signal(ReviewPlaylist.review, .init(decision), requestID: "review", in: database)
    }

    func applicationReceived(_ application: ArtistApplication, in database: Database) throws {
        let review = ReviewReference(application)
        try client.start(
            ReviewApplication.self,
            id: ReviewApplication.id(review),
            input: ReviewInput(review: review, timing: timing.review),
            options: Self.once,
            in: database
        )
    }

    func applicationDecided(
        _ application: ArtistApplication,
        _ decision: MizzoCatalog.ReviewDecision,
        in database: Database
    ) throws {
        try client.handle(ReviewApplication.self, id: ReviewApplication.id(ReviewReference(application)))
            .signal(ReviewApplication.review, .init(decision), requestID: "review", in: database)
    }
}

extension ReviewReference {
    fileprivate init(_ playlist: Playlist) {
        self.init(kind: .playlist, id: playlist.id.rawValue, round: playlist.round)
    }

    fileprivate init(_ application: ArtistApplication) {
        self.init(kind: .application, id: application.id.rawValue)
    }
}

extension ActivityContracts.ReviewDecision {
    init(_ decision: MizzoCatalog.ReviewDecision) {
        self.init(approved: decision.approved, reason: decision.reason, administrator: decision.admin.rawValue)
    }
}
