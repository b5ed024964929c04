import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("Inbox and track views")
struct InboxAndTrackTests {
    @Test("a notification obeys its owner only; foreign, missing and malformed ids look alike")
    func ownership() async throws {
        let platform = try Platform()
        try platform.track(at: .reviewing)
        try await platform.run { api in
            let id = try #require(try await api.get("/notification", as: .artist).items().first?["id"] as? Int)
            let read = #"{"action":"read"}"#
            for person in [Person.rival, .listener, .admin] {
                let response = try await api.send(.put, "/notification/\(id)", as: person, json: read)
                try expectProblem(response, .notFound, "notification-not-found")
                #expect(try await api.get("/notification", as: person).items().isEmpty)
            }
            for bad in ["999", "-1", "x", "1e3", "99999999999999999999", "1%20OR%201"] {
                let response = try await api.send(.put, "/notification/\(bad)", as: .artist, json: read)
                try expectProblem(response, .notFound, "notification-not-found")
            }
            let unread = try await api.get("/notification", as: .artist).items()
            #expect(unread.first?["readAt"] == nil)
        }
    }

    @Test("reading is idempotent and deleting is final")
    func actions() async throws {
        let platform = try Platform()
        try platform.track(at: .published)
        try await platform.run { api in
            let ids = try await api.get("/notification", as: .artist).items().compactMap { $0["id"] as? Int }
            let path = "/notification/\(ids[0])"
            let first = try await api.send(.put, path, as: .artist, json: #"{"action":"read"}"#)
            platform.pass(60)
            let second = try await api.send(.put, path, as: .artist, json: #"{"action":"read"}"#)
            #expect(first.text == second.text)
            let order = try await api.get("/notification", as: .artist).items().compactMap { $0["id"] as? Int }
            #expect(order == [ids[1], ids[0]])
            let gone = try await api.send(.put, path, as: .artist, json: #"{"action":"delete"}"#)
            #expect(gone.status == .noContent)
            let again = try await api.send(.put, path, as: .artist, json: #"{"action":"delete"}"#)
            try expectProblem(again, .notFound, "notification-not-found")
            let odd = try await api.send(.put, path, as: .artist, json: #"{"action":"burn"}"#)
            try expectProblem(odd, .unprocessableContent, "validation-failed", pointer: "/action")
            let page = try await api.get("/notification?limit=1", as: .artist)
            #expect(try page.items().count == 1)
            #expect(try page.object()["next"] == nil)
        }
    }

    @Test("an artist lists own tracks only, page by page")
    func ownTracks() async throws {
        let platform = try Platform()
        for number in 1...3 { try platform.track("track-000\(number)") }
        try await platform.run { api in
            #expect(try await api.get("/track", as: .rival).items().isEmpty)
            let first = try await api.get("/track?limit=2", as: .artist)
            let cursor = try first.string("next")
            let second = try await api.get("/track?limit=2&cursor=\(cursor)", as: .artist)
            let ids = try (first.items() + second.items()).compactMap { $0["id"] as? String }
            #expect(ids == ["track-0003", "track-0002", "track-0001"])
            let foreign = try await api.get("/track?cursor=\(cursor)", as: .rival)
            try expectProblem(foreign, .badRequest, "parameter-invalid")
        }
    }

    @Test("the owner sees progress and reasons, strangers see the public members only")
    func members() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .processing)
        try await platform.database.write { db in
            try Catalog.setProgress(42, of: id, at: Platform.start, in: db)
            var facts = AudioFacts()
            facts.integratedLoudness = -14.2
            try Catalog.setAudioFacts(facts, of: id, at: Platform.start, in: db)
        }
        try await platform.run { api in
            let own = try await api.get("/track/\(id)", as: .artist).object()
            #expect(own["progress"] as? Int == 42)
            #expect((own["audio"] as? [String: Any])?["integratedLoudness"] as? Double == -14.2)
            try platform.walk(id, through: [.reviewing, .published])
            let open = try await api.get("/track/\(id)").object()
            let allowed: Set = [
                "id", "ownerId", "secondaryArtistIds", "title", "language", "duration", "tags", "status", "audio",
                "explicit", "waveformUrl", "playback", "createdAt", "updatedAt",
            ]
            #expect(Set(open.keys).isSubset(of: allowed), "\(open.keys)")
        }
    }

    @Test("a track's ETag saves an unchanged answer and changes with the track")
    func conditionalGet() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        try await platform.run { api in
            let tag = try #require(try await api.get("/track/\(id)").headers[.eTag])
            #expect(try await api.get("/track/\(id)", headers: [.ifNoneMatch: tag]).status == .notModified)
            try platform.walk(id, through: [.blocked, .published])
            #expect(try await api.get("/track/\(id)", headers: [.ifNoneMatch: tag]).status == .ok)
        }
    }

    @Test("lyrics come as JSON with a status, as LRC and as WebVTT")
    func lyrics() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        try await platform.run { api in
            #expect(try await api.get("/track/\(id)/lyrics").string("status") == "PENDING")
            try expectProblem(try await api.get("/track/\(id)/lyrics?format=lrc"), .conflict, "lyrics-not-ready")
            let document = LyricsDocument(lines: [.init(startMs: 500, endMs: 900, text: "La")])
            try await platform.database.write { db in
                try Catalog.completeLyrics(of: id, document: document, provider: "t", at: Platform.start, in: db)
            }
            let json = try await api.get("/track/\(id)/lyrics").object()
            #expect(json["status"] as? String == "COMPLETED")
            #expect((json["lines"] as? [[String: Any]])?.first?["startMs"] as? Int == 500)
            #expect(try await api.get("/track/\(id)/lyrics?format=lrc").text == "[00:00.50]La\n")
            let vtt = try await api.get("/track/\(id)/lyrics?format=vtt")
            #expect(vtt.headers[.contentType] == "text/vtt; charset=utf-8")
            let odd = try await api.get("/track/\(id)/lyrics?format=ttml")
            try expectProblem(odd, .badRequest, "parameter-invalid")
        }
    }
}
