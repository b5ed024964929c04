import Foundation
import NIOHTTP1
import Testing

@testable import MizzoPlatform

extension Story {
    /// Follows the playlists as a player does; the path of the last segment.
    @discardableResult
    func plays(_ id: String, _ listener: APIUser) async throws -> String {
        var name = "master.m3u8"
        while name.hasSuffix(".m3u8") {
            let playlist = try await listener.get("/hls/\(id)/\(name)")
            #expect(playlist.status == 200 && playlist.text.hasPrefix("#EXTM3U"), "\(playlist.text)")
            let names = playlist.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            name = try String(#require(names.first))
        }
        let path = "/hls/\(id)/\(name)"
        #expect(try await bytes(of: listener.get(path), range: nil).count > 1000)
        return path
    }

    /// What the answer brings, from wherever it says. The store is told no token.
    private func bytes(of answer: APIUser.Answer, range: String?) async throws -> [UInt8] {
        guard mode != .files else {
            #expect(answer.status == (range == nil ? 200 : 206), "\(answer.text)")
            return answer.bytes
        }
        #expect(answer.status == 307, "\(answer.text)")
        let url = try #require(answer.headers.first(name: "location"))
        let fetched = try await APIUser.send(.GET, url, range.map { ["range": $0] } ?? [:])
        // rclone sends the part, but calls it 200.
        #expect(fetched.status == (range == nil || mode == .rclone ? 200 : 206))
        return fetched.bytes
    }

    /// The original arrives byte for byte, in part and whole, and its picture.
    func streams(_ id: String) async throws {
        let part = try await nobody.get("/stream/\(id)", range: "bytes=1000-1999")
        #expect(try await bytes(of: part, range: "bytes=1000-1999") == Array(PlatformFixture.audio[1000..<2000]))
        #expect(try await bytes(of: lou.get("/stream/\(id)"), range: nil) == PlatformFixture.audio)
        #expect(try await nobody.get("/stream/\(id)", range: "bytes=99999999-").status == 416)
        let parts = try await nobody.get("/stream/\(id)", range: "bytes=0-1,100-101")
        #expect(parts.status == 206)
        #expect(try await nobody.send(.HEAD, "/stream/\(id)").status == 200)
        #expect(try await nobody.get("/track/\(id)/poster").status == 200)
        #expect(try await nobody.get("/track/\(id)/lyrics").status == 200)
    }

    /// A listener's playlist is reviewed and shown; its id.
    func listsPlaylist(of id: String) async throws -> String {
        let made = try await lou.post("/playlist", #"{"title":"Mix","trackIds":["\#(id)"]}"#)
        #expect(made.status == 201, "\(made.text)")
        let playlist = try made.string("id")
        for other in [nobody, nina] { #expect(try await other.get("/playlist/\(playlist)").status == 404) }
        #expect(try await ada.get("/admin/playlist").items("id") == [playlist])
        #expect(try await lou.post("/admin/playlist/\(playlist)/approve").status == 403)
        #expect(try await ada.post("/admin/playlist/\(playlist)/approve").status == 200)
        try await reaches("PUBLISHED", "/playlist/\(playlist)", nobody)
        #expect(try await tracks(of: playlist) == [id])
        return playlist
    }

    private func tracks(of playlist: String) async throws -> [String] {
        try #require(try await nobody.get("/playlist/\(playlist)").object()["trackIds"] as? [String])
    }

    /// A block is heard at the next segment, and taken back as fast.
    func isBlocked(_ id: String, segment: String, in playlist: String) async throws {
        #expect(try await nina.post("/admin/track/\(id)/block", #"{"reason":"Mine."}"#).status == 403)
        #expect(try await ada.post("/admin/track/\(id)/block", #"{"reason":"A complaint."}"#).status == 200)
        for other in [nobody, lou, nina] {
            for path in [segment, "/hls/\(id)/master.m3u8", "/stream/\(id)"] {
                #expect(try await other.get(path).status == 403, "\(path)")
            }
        }
        #expect(try await ada.get(segment).status == 200, "a preview, to judge by")
        #expect(try await nobody.get("/track/\(id)").status == 404)
        #expect(try await tracks(of: playlist) == [])
        #expect(try await ada.post("/admin/track/\(id)/unblock", #"{"reason":"Settled."}"#).status == 200)
        try await plays(id, nobody)
        #expect(try await tracks(of: playlist) == [id])
    }

    func moderates(_ playlist: String) async throws {
        let path = "/admin/playlist/\(playlist)"
        #expect(try await ada.post("\(path)/block", #"{"reason":"Spam."}"#).status == 200)
        #expect(try await nobody.get("/playlist/\(playlist)").status == 404)
        #expect(try await ada.post("\(path)/unblock").status == 200)
        #expect(try await nobody.get("/playlist/\(playlist)").status == 200)
        let kinds = try await lou.get("/notification").items("kind")
        #expect(kinds == ["playlist-published", "playlist-blocked", "playlist-published", "playlist-reviewing"])
    }

    /// Everybody was told of everything once, and the audit has who, when and why.
    func isRemembered(_ id: String, _ rolf: APIUser) async throws {
        let inbox = try await nina.get("/notification")
        let told = ["lyrics-ready", "track-blocked", "track-published", "track-published", "track-reviewing"]
        #expect(try inbox.items("kind").sorted() == told)
        let ids = try inbox.items("id")
        let first = try #require(ids.first)
        #expect(try await rolf.send(.PUT, "/notification/\(first)", #"{"action":"read"}"#).status == 404)
        #expect(try await nina.send(.PUT, "/notification/\(first)", #"{"action":"read"}"#).status == 200)
        #expect(try await nina.send(.PUT, "/notification/\(first)", #"{"action":"delete"}"#).status == 204)
        #expect(try await nina.get("/notification").items("id").sorted() == ids.dropFirst().sorted())
        let audit = try await ada.get("/admin/track/\(id)/audit")
        let statuses = ["PENDING", "PROCESSING", "REVIEWING", "REVIEWING", "PUBLISHED", "BLOCKED", "PUBLISHED"]
        #expect(try audit.items("to") == statuses)
        #expect(try audit.items("actor").suffix(4) == ["user:ada", "user:ada", "user:ada", "user:ada"])
        #expect(try audit.items("reason") == ["A complaint.", "Settled."])
        #expect(try await nina.get("/admin/track/\(id)/audit").status == 403)
    }
}
