import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("Playlists and applications over HTTP")
struct PlaylistTests {
    /// Makes a playlist and returns its id and tag.
    private func make(_ api: Caller, _ json: String = #"{"title":"Mix"}"#) async throws -> (id: String, tag: String) {
        let made = try await api.post("/playlist", as: .listener, json: json)
        #expect(made.status == .created, "\(made.text)")
        return (try made.string("id"), try #require(made.headers[.eTag]))
    }

    /// Carries a verdict out, as the workflow does.
    private func carryOut(_ id: String, round: Int64 = 1, approved: Bool = true, on platform: Platform) async throws {
        let id = try #require(PlaylistID(rawValue: id))
        try await platform.database.write { db in
            let verdict = ReviewDecision(
                approved: approved,
                reason: nil,
                admin: Person.admin.id,
                decidedAt: Platform.start
            )
            try Catalog.applyPlaylistDecision(id, round: round, verdict, at: Platform.start, in: db)
        }
    }

    @Test("a playlist is reviewed, published, moderated and edited, and the workflow hears of every round once")
    func life() async throws {
        let platform = try Platform()
        let song = try platform.track(at: .published)
        try await platform.run { api in
            let (id, _) = try await make(api, #"{"title":"Mix","about":"For rain.","trackIds":["\#(song)"]}"#)
            let admin = "/admin/playlist/\(id)"
            #expect(try await api.post("\(admin)/approve", as: .admin).status == .ok)
            let late = try await api.post("\(admin)/reject", as: .secondAdmin, json: #"{"reason":"No."}"#)
            try expectProblem(late, .conflict, "playlist-already-decided")
            try await carryOut(id, on: platform)
            #expect(try await api.get("/playlist/\(id)").string("status") == "PUBLISHED")
            let early = try await api.post("\(admin)/unblock", as: .admin)
            try expectProblem(early, .conflict, "playlist-illegal-move")
            #expect(early.text.contains("PUBLISHED may become BLOCKED, REVIEWING"))
            let hidden = try await api.post("\(admin)/block", as: .admin, json: #"{"reason":"Spam."}"#)
            let tag = try #require(hidden.headers[.eTag])
            try expectProblem(try await api.get("/playlist/\(id)"), .notFound, "playlist-not-found")
            let form = #"{"title":"Other"}"#
            let path = "/playlist/\(id)"
            let edited = try await api.send(.put, path, as: .listener, json: form, headers: [.ifMatch: tag])
            #expect(try edited.string("status") == "REVIEWING")
            #expect(try platform.calls(about: id) == ["round 1", "approved", "round 2"])
            try await checkHistory(of: id, api)
        }
    }

    /// What the audit and the owner's inbox say after that life.
    private func checkHistory(of id: String, _ api: Caller) async throws {
        let trail = try await api.get("/admin/playlist/\(id)/audit", as: .admin).items().map { $0["to"] as? String }
        #expect(trail == ["REVIEWING", "REVIEWING", "PUBLISHED", "BLOCKED", "BLOCKED", "REVIEWING"])
        let kinds = try await api.get("/notification", as: .listener).items().compactMap { $0["kind"] as? String }
        #expect(kinds == ["playlist-reviewing", "playlist-blocked", "playlist-published", "playlist-reviewing"])
    }

    @Test("somebody else's unpublished playlist looks exactly like a missing one, whatever is tried")
    func foreign() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let (id, tag) = try await make(api)
            for person in [Person.artist, .rival, .stranger] {
                let seen = try await api.get("/playlist/\(id)", as: person)
                try expectProblem(seen, .notFound, "playlist-not-found")
            }
            for person in [Person.artist, .admin] {
                let path = "/playlist/\(id)"
                let form = #"{"title":"Mine"}"#
                let edit = try await api.send(.put, path, as: person, json: form, headers: [.ifMatch: tag])
                try expectProblem(edit, .notFound, "playlist-not-found")
            }
            #expect(try await api.get("/playlist", as: .artist).items().isEmpty)
            #expect(try await api.get("/playlist", as: .listener).items().count == 1)
            #expect(try await api.get("/playlist/\(id)", as: .admin).status == .ok)
        }
    }

    @Test("hidden tracks cannot be listed, and tracks that are blocked later are not shown to others")
    func tracks() async throws {
        let platform = try Platform()
        let song = try platform.track(at: .published)
        let secret = try platform.track("track-0002", at: .reviewing)
        try await platform.run { api in
            for id in ["\(secret)", "track-9999", "../etc"] {
                let refused = try await api.post(
                    "/playlist",
                    as: .listener,
                    json: #"{"title":"Mix","trackIds":["\#(id)"]}"#
                )
                try expectProblem(refused, .unprocessableContent, "validation-failed", pointer: "/trackIds/0")
            }
            let (id, _) = try await make(api, #"{"title":"Mix","trackIds":["\#(song)"]}"#)
            try await carryOut(id, on: platform)
            #expect(try await api.get("/playlist/\(id)").object()["trackIds"] as? [String] == ["\(song)"])
            try platform.walk(song, through: [.blocked])
            #expect(try await api.get("/playlist/\(id)").object()["trackIds"] as? [String] == [])
            #expect(
                try await api.get("/playlist/\(id)", as: .listener).object()["trackIds"] as? [String] == ["\(song)"]
            )
        }
    }

    @Test("blocked words are refused with field and word, strong ones are marked for the admin")
    func profanity() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let bad = try await api.post("/playlist", as: .listener, json: #"{"title":"k1ke songs"}"#)
            try expectProblem(bad, .unprocessableContent, "validation-failed", pointer: "/title")
            let (id, _) = try await make(api, #"{"title":"Mix","about":"no sh1t"}"#)
            let flags = try await api.get("/playlist/\(id)", as: .admin).object()["contentFlags"] as? [[String: Any]]
            let flag = try #require(flags?.first)
            #expect(flag["field"] as? String == "about" && flag["term"] as? String == "shit")
            #expect(flag["start"] as? Int == 3 && flag["length"] as? Int == 4)
            #expect(try await api.get("/playlist/\(id)", as: .listener).object()["contentFlags"] == nil)
        }
    }
}

extension Platform {
    /// What the workflows were told about one object, in order.
    func calls(about subject: String) throws -> [String] {
        try database.queue.read { db in
            let sql = "SELECT name FROM workflowCall WHERE trackID = ? ORDER BY rowid"
            return try String.fetchAll(db, sql: sql, arguments: [subject])
        }
    }
}
