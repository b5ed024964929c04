import Foundation
import MizzoCatalog
import NIOHTTP1
import Testing

@testable import MizzoPlatform

/// What people do with the platform from the first upload on, each step over the API and checked there.
struct Story: Sendable {
    let fixture: PlatformFixture
    let mode: StorageMode
    let nobody: APIUser
    /// A listener.
    let lou: APIUser
    /// An artist.
    let nina: APIUser
    /// An admin.
    let ada: APIUser

    init(_ fixture: PlatformFixture, _ mode: StorageMode) async throws {
        self.fixture = fixture
        self.mode = mode
        nobody = fixture.anonymous
        lou = try await fixture.person("lou", .listener)
        nina = try await fixture.person("nina", .artist)
        ada = try await fixture.person("ada", .admin)
    }

    /// A listener applies and becomes an artist, who has to sign in again.
    func becomesArtist() async throws -> APIUser {
        let rolf = try await fixture.person("rolf", .listener)
        let ticket = #"{"contentType":"audio/mpeg","byteCount":1}"#
        #expect(try await nobody.post("/utils/upload-url", ticket).status == 401)
        #expect(try await rolf.post("/utils/upload-url", ticket).status == 403)
        let form = #"{"artistName":"Rolf Reedy","statement":"I play the saw."}"#
        let made = try await rolf.post("/artist-application", form)
        #expect(made.status == 201)
        let id = try made.string("id")
        #expect(try await rolf.post("/artist-application", form).status == 409)
        #expect(try await lou.get("/artist-application/\(id)").status == 404)
        #expect(try await lou.post("/admin/artist-application/\(id)/approve").status == 403)
        #expect(try await ada.get("/admin/artist-application").items("id") == [id])
        let verdict = try await ada.post("/admin/artist-application/\(id)/approve", #"{"reason":"Welcome."}"#)
        #expect(verdict.status == 200)
        try await reaches("APPROVED", "/artist-application/\(id)", rolf)
        #expect(try await rolf.get("/notification").items("kind") == ["application-approved"])
        return try await fixture.signedIn("rolf")
    }

    /// Waits for a status as this person sees it.
    func reaches(_ status: String, _ path: String, _ person: APIUser) async throws {
        try await fixture.until {
            let answer = try await person.get(path)
            guard answer.status == 200 else { return false }
            let found = try answer.string("status")
            #expect(found != "FAILED", "\(answer.text)")
            return found == status || found == "FAILED"
        }
    }

    /// Asks for a ticket and uploads by it; the answer to the request for the ticket.
    private func upload(_ bytes: [UInt8], _ type: String, kind: String) async throws -> APIUser.Answer {
        let form = #"{"contentType":"\#(type)","byteCount":\#(bytes.count),"kind":"\#(kind)"}"#
        let ticket = try await nina.post("/utils/upload-url", form)
        #expect(ticket.status == 201, "\(ticket.text)")
        let fields = try #require(try ticket.object()["headers"] as? [String: String])
        let headers = HTTPHeaders(fields.map { ($0, $1) })
        let url = try ticket.string("url")
        let uploaded = try await APIUser.send(.PUT, url, headers, bytes)
        #expect(uploaded.status == 200, "\(uploaded.text)")
        if mode == .rclone {
            if kind == "audio" { try await fixture.announce(ticket.string("key"), uploaded, bytes.count) }
        } else {
            // rclone knows no If-None-Match.
            #expect(try await APIUser.send(.PUT, url, headers, bytes).status == 412)
        }
        return ticket
    }

    private static let picture: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 10, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 20)

    /// Two uploads become a track that waits for review; its id.
    func uploads(with rolf: APIUser) async throws -> String {
        let audio = try await upload(PlatformFixture.audio, "audio/mpeg", kind: "audio")
        let poster = try await upload(Self.picture, "image/png", kind: "poster")
        let id = try audio.string("trackId")
        let form = """
            {"id":"\(id)","title":"Tone","language":"finnish","duration":5,"tags":["demo"],"lyrics":"yksi kaksi\\nkolme",\
            "trackUrl":"\(try audio.string("objectUrl"))","posterUrl":"\(try poster.string("objectUrl"))",\
            "secondaryArtistIds":["rolf"]}
            """
        #expect(try await rolf.post("/track/upload", form).status != 201, "somebody else's upload")
        let key = ["idempotency-key": "register-\(id)"]
        let made = try await nina.send(.POST, "/track/upload", form, headers: key)
        #expect(made.status == 201, "\(made.text)")
        #expect(try await nina.send(.POST, "/track/upload", form, headers: key).text == made.text)
        try await reaches("REVIEWING", "/track/\(id)", nina)
        try await reaches("COMPLETED", "/track/\(id)/lyrics", nina)
        return id
    }

    /// While a track is under review its artist hears it, an admin finds it, and for others it does not exist.
    func isReviewed(_ id: String, _ rolf: APIUser) async throws {
        for other in [nobody, lou, rolf] {
            #expect(try await other.get("/track/\(id)").status == 404)
            #expect(try await other.get("/hls/\(id)/master.m3u8").status == 403)
            #expect(try await other.get("/stream/\(id)").status == 403)
        }
        #expect(try await nina.get("/hls/\(id)/master.m3u8").status == 200)
        let tag = ["if-match": "*"]
        #expect(try await rolf.send(.PUT, "/track/\(id)/lyrics", #"{"lines":[]}"#, headers: tag).status == 404)
        #expect(try await ada.get("/admin/track").items("id") == [id])
        for other in [lou, nina, rolf] { #expect(try await other.post("/admin/track/\(id)/approve").status == 403) }
        #expect(try await ada.post("/admin/track/\(id)/approve").status == 200)
        #expect(try await ada.post("/admin/track/\(id)/reject", #"{"reason":"No."}"#).status == 409)
        try await reaches("PUBLISHED", "/track/\(id)", nobody)
    }
}
