import DurableSQLite
import GRDB
import Hummingbird
import MizzoCatalog

/// Playlists under review.
struct ReviewedPlaylists: ModeratedKind {
    let workflows: any ReviewWorkflows

    let naming = ReviewNaming(
        path: "playlist",
        one: "a playlist",
        many: "Playlists",
        order: "newest first",
        id: .playlistID,
        statuses: .choice(PlaylistStatus.self),
        notFound: .playlistNotFound,
        stale: .playlistVersionStale,
        illegalMove: .playlistIllegalMove
    )
    let verdictProblems: [ProblemKind] = [.playlistAlreadyDecided, .playlistIllegalMove]
    let filters: [Parameter] = []

    func filter(of request: Request) throws -> (PlaylistStatus, words: [String?]) {
        let status: PlaylistStatus = try request.choice("status") ?? .reviewing
        return (status, [status.rawValue])
    }

    func items(
        matching status: PlaylistStatus,
        after position: ListPosition?,
        limit: Int,
        in db: Database
    ) throws -> [Playlist] {
        try Catalog.playlists(standing: status, after: position, limit: limit, in: db)
    }

    func position(after playlist: Playlist) -> ListPosition { ListPosition(after: playlist) }

    func id(in context: APIContext) throws -> PlaylistID { try context.playlistID() }

    func item(_ id: PlaylistID, in db: Database) throws -> Playlist {
        guard let playlist = try Catalog.playlist(id, in: db) else { throw Problem.notFound(.playlist(id)) }
        return playlist
    }

    func tag(of playlist: Playlist) -> String { EntityTag.of(playlist) }

    func view(of playlist: Playlist, _ verdict: ReviewDecision?) -> PlaylistView {
        PlaylistView(playlist, tracks: playlist.content.tracks, for: .admin)
    }

    func trail(of id: PlaylistID, in db: Database) throws -> [AuditView] {
        try Catalog.statusAudit(of: .playlist(id), in: db).map(AuditView.init)
    }

    func decide(_ id: PlaylistID, _ verdict: ReviewDecision, in db: Database) throws {
        let playlist = try Catalog.decidePlaylist(id, verdict, in: db)
        try workflows.playlistDecided(playlist, verdict, in: db)
    }

    func moderate(_ id: PlaylistID, _ step: Moderation, in db: Database) throws {
        try Catalog.moderate(id, step, in: db)
    }
}
