import Foundation
import GRDB
import Testing

@testable import MizzoCatalog

@Suite("Playlists")
struct PlaylistTests {
    private static let now = CatalogFixture.now
    private static let admin = CatalogFixture.admin
    private static let owner = CatalogFixture.artist

    private func created(_ fixture: CatalogFixture) throws -> Playlist {
        let id = try #require(PlaylistID(rawValue: "playlist-0001"))
        let content = PlaylistContent(title: "Mix", about: nil, tracks: [])
        return try fixture.queue.write { db in
            try Catalog.createPlaylist(id, owner: Self.owner, content: content, at: Self.now, in: db)
        }
    }

    private func verdict(_ approved: Bool, by admin: UserID = admin) -> ReviewDecision {
        ReviewDecision(approved: approved, reason: approved ? nil : "Too long.", admin: admin, decidedAt: Self.now)
    }

    /// Decides and carries the verdict out, as API and workflow do.
    private func review(_ playlist: Playlist, _ approved: Bool, _ fixture: CatalogFixture) throws {
        try fixture.queue.write { db in
            let decided = try Catalog.decidePlaylist(playlist.id, verdict(approved), in: db)
            for _ in 0..<2 {
                try Catalog.applyPlaylistDecision(
                    playlist.id,
                    round: decided.round,
                    verdict(approved),
                    at: Self.now,
                    in: db
                )
            }
        }
    }

    @Test("every pair of statuses is moved, or refused with the moves there are", arguments: PlaylistStatus.allCases)
    func moves(from: PlaylistStatus) throws {
        let legal: Set = [
            "REVIEWING PUBLISHED", "REVIEWING BLOCKED", "PUBLISHED BLOCKED", "PUBLISHED REVIEWING",
            "BLOCKED PUBLISHED", "BLOCKED REVIEWING",
        ]
        for to in PlaylistStatus.allCases where to != from {
            #expect(from.successors.contains(to) == legal.contains("\(from.rawValue) \(to.rawValue)"))
        }
        #expect(ApplicationStatus.approved.successors.isEmpty && ApplicationStatus.rejected.successors.isEmpty)
        #expect(ApplicationStatus.approved.exits == "APPROVED is final")
    }

    @Test("a review is decided once, carried out once, audited and told to the owner", arguments: [true, false])
    func review(approved: Bool) throws {
        let fixture = try CatalogFixture()
        let playlist = try created(fixture)
        try review(playlist, approved, fixture)
        let late = #expect(throws: CatalogError.self) { try review(playlist, !approved, fixture) }
        #expect(late?.code == "playlist-already-decided")
        try fixture.queue.read { db in
            let stored = try Catalog.playlist(playlist.id, in: db)
            #expect(stored?.status == (approved ? .published : .blocked))
            #expect(stored?.statusReason == (approved ? nil : "Too long."))
            let trail = try Catalog.statusAudit(of: .playlist(playlist.id), in: db)
            #expect(trail.map(\.note) == ["created", approved ? "approved" : "rejected", nil])
            #expect(trail.last?.actor == .user(Self.admin))
        }
        let kinds = try fixture.inbox().map(\.kind)
        #expect(kinds == [approved ? .playlistPublished : .playlistBlocked, .playlistReviewing])
        #expect(try fixture.inbox().first?.subject == "playlist/playlist-0001")
    }

    private func edit(
        _ id: PlaylistID,
        _ content: PlaylistContent,
        _ expected: Int64,
        _ fixture: CatalogFixture
    ) throws -> PlaylistEdit {
        let (owner, now) = (Self.owner, Self.now)
        return try fixture.queue.write { db in
            try Catalog.editPlaylist(id, content: content, flags: [], expected: expected, by: owner, at: now, in: db)
        }
    }

    @Test("another text begins another round, other tracks do not, and an old version is refused")
    func edits() throws {
        let fixture = try CatalogFixture()
        let playlist = try created(fixture)
        try review(playlist, true, fixture)
        let song = try fixture.track(at: .published)
        func edit(_ title: String, _ tracks: [TrackID], _ expected: Int64) throws -> PlaylistEdit {
            try self.edit(playlist.id, PlaylistContent(title: title, tracks: tracks), expected, fixture)
        }
        let first = try edit("Mix", [song], 2)
        #expect(!first.beganReview && first.playlist.status == .published)
        let second = try edit("Other", [song], first.playlist.version)
        #expect(second.beganReview && second.playlist.status == .reviewing && second.playlist.round == 2)
        let stale = #expect(throws: CatalogError.self) { try edit("Third", [], 2) }
        #expect(stale?.code == "playlist-version-stale")
        try fixture.queue.write { db in _ = try Catalog.decidePlaylist(playlist.id, verdict(true), in: db) }
        let busy = #expect(throws: CatalogError.self) { try edit("Fourth", [], second.playlist.version) }
        #expect(busy?.code == "playlist-already-decided")
        try fixture.queue.write { db in
            try Catalog.applyPlaylistDecision(playlist.id, round: 1, verdict(false), at: Self.now, in: db)
            #expect(try Catalog.playlist(playlist.id, in: db)?.status == .reviewing, "an old round changes nothing")
        }
    }

    @Test("listeners are shown the published tracks only, in the owner's order")
    func publishedTracks() throws {
        let fixture = try CatalogFixture()
        let songs = try [
            fixture.track("track-0001", at: .published), fixture.track("track-0002", at: .blocked),
            fixture.track("track-0003", at: .published),
        ]
        let found = try fixture.queue.read { try Catalog.published(songs.reversed(), in: $0) }
        #expect(found == [songs[2], songs[0]])
        let none = try fixture.queue.read { try Catalog.published([], in: $0) }
        #expect(none.isEmpty)
    }
}
