import FoundationEssentials
import GRDB
import MizzoCatalog

/// The body of `POST /playlist` and `PUT /playlist/{id}`: the whole of what an owner writes.
struct PlaylistForm: RequestBodyForm {
    static let schema = Schema.object(
        "PlaylistForm",
        [
            .required("title", .line(max: 200)), .nullable("about", .string(max: 2_000)),
            .nullable("trackIds", .array(of: .trackID, max: tracksMax, unique: true)),
        ]
    )
    static let tracksMax: Int64 = 500

    var title: String
    var about: String?
    var trackIds: [String]?

    /// What was written, with the flags for the reviewing admin.
    struct Checked: Sendable {
        let content: PlaylistContent
        let flags: [ProfanityFinding]
    }

    /// Checks everything that needs no database.
    func checked(_ profanity: ProfanityCheck) throws -> Checked {
        var check = Validation()
        check.line(title, "title", max: 200)
        if let about { check.text(about, "about", max: 2_000) }
        let ids = trackIds ?? []
        check.require(ids.count <= Self.tracksMax, "trackIds", "Expected at most \(Self.tracksMax) tracks.")
        check.require(Set(ids).count == ids.count, "trackIds", "Every track once.")
        let tracks = ids.prefix(Int(Self.tracksMax)).enumerated().compactMap { index, text -> TrackID? in
            let id = TrackID(rawValue: text)
            check.require(id != nil, "trackIds/\(index)", "There is no such track.")
            return id
        }
        let flags =
            profanity.findings(in: title, field: "title") + profanity.findings(in: about ?? "", field: "about")
        check.refuse(flags)
        try check.finish()
        return Checked(content: PlaylistContent(title: title, about: about, tracks: tracks), flags: flags)
    }

    /// Refuses tracks that are not in the playlist already and that its owner may not hear: they look like missing ones.
    static func checkTracks(
        of content: PlaylistContent,
        keeping kept: [TrackID],
        owner: UserID,
        in db: Database
    ) throws {
        var check = Validation()
        let published = Set(try Catalog.published(content.tracks, in: db))
        for (index, id) in content.tracks.enumerated() where !published.contains(id) && !kept.contains(id) {
            let isOwn = try Catalog.track(id, in: db)?.owner == owner
            check.require(isOwn, "trackIds/\(index)", "There is no such track.")
        }
        try check.finish()
    }
}

/// A playlist as answers show it.
struct PlaylistView: Encodable, Described {
    static let schema = Schema.object(
        "Playlist",
        [
            .required("id", .trackID), .required("ownerId", .userID), .required("title", .string(max: 200)),
            .optional("about", .string(max: 2_000)), .required("trackIds", .array(of: .trackID)),
            .required("status", .choice(PlaylistStatus.self)), .optional("statusReason", .string()),
            .optional("contentFlags", .array(of: ProfanityFinding.schema)), .required("createdAt", .time),
            .required("updatedAt", .time),
        ]
    )

    var id: String
    var ownerId: String
    var title: String
    var about: String?
    var trackIds: [String]
    var status: String
    /// Owner and admin only.
    var statusReason: String?
    /// Admin only.
    var contentFlags: [ProfanityFinding]?
    var createdAt: Date
    var updatedAt: Date

    /// - Parameter tracks: those the viewer may see.
    init(_ playlist: Playlist, tracks: [TrackID], for viewer: Viewer) {
        id = playlist.id.rawValue
        ownerId = playlist.owner.rawValue
        title = playlist.content.title
        about = playlist.content.about
        trackIds = tracks.map(\.rawValue)
        status = playlist.status.rawValue
        statusReason = viewer == .stranger ? nil : playlist.statusReason
        contentFlags = viewer == .admin ? playlist.contentFlags : nil
        createdAt = playlist.createdAt
        updatedAt = playlist.updatedAt
    }
}
