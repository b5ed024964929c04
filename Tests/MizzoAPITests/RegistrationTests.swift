import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private func form(_ id: String, _ changes: [String: Any?] = [:]) throws -> String {
    var members: [String: Any] = [
        "id": id, "title": "Song", "language": "english", "duration": 180, "tags": ["rock", "indie"],
    ]
    for (name, value) in changes { members[name] = value }
    return String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
}

extension Caller {
    fileprivate func upload(as person: Person = .artist) async throws -> [String: Any] {
        let json = #"{"contentType":"audio/mpeg","byteCount":1000}"#
        return try await post("/utils/upload-url", as: person, json: json).object()
    }

    fileprivate func ticket(as person: Person = .artist) async throws -> String {
        try #require(try await upload(as: person)["trackId"] as? String)
    }
}

@Suite("Registration")
struct RegistrationTests {
    @Test("an upload URL names a server-made key and is good for 15 minutes")
    func uploadURL() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let answer = try await api.upload()
            let id = try #require(answer["trackId"] as? String)
            #expect(TrackID(rawValue: id) != nil)
            #expect(answer["key"] as? String == "raw-track/\(id).mp3")
            #expect(answer["objectUrl"] as? String == "s3://media/raw-track/\(id).mp3")
            let grant = try #require(platform.media.granted.first)
            #expect(grant.byteCount == 1000)
            #expect(grant.expiresAt == Platform.start + 900)
        }
    }

    @Test("a picture's ticket starts the workflow that clears it away, in one transaction; an audio file's does not")
    func posterTicket() async throws {
        let json = #"{"contentType":"image/png","byteCount":1000,"kind":"poster"}"#
        let platform = try Platform()
        try await platform.run { api in
            _ = try await api.upload()
            let id = try await api.post("/utils/upload-url", as: .artist, json: json).string("uploadId")
            #expect(try platform.workflowCalls() == ["poster \(id)"])
        }
        let refusing = try Platform(workflows: RecordingWorkflows(refuses: true))
        try await refusing.run { api in
            let failed = try await api.post("/utils/upload-url", as: .artist, json: json)
            try expectProblem(failed, .internalServerError, "internal-error")
            #expect(try refusing.count("uploadTicket") == 0)
        }
    }

    @Test(
        "bad upload requests are refused member by member",
        arguments: [
            (#"{"contentType":"audio/wav","byteCount":1}"#, "/contentType"),
            (#"{"contentType":"audio/mpeg","byteCount":0}"#, "/byteCount"),
            (#"{"contentType":"audio/mpeg","byteCount":999999999999}"#, "/byteCount"),
            (#"{"contentType":"image/svg+xml","byteCount":1,"kind":"poster"}"#, "/contentType"),
            (#"{"contentType":"image/png","byteCount":99999999,"kind":"poster"}"#, "/byteCount"),
            (#"{"contentType":"audio/mpeg","byteCount":1,"kind":"video"}"#, "/kind"),
        ]
    )
    func badUploads(json: String, pointer: String) async throws {
        try await Platform().run { api in
            let response = try await api.post("/utils/upload-url", as: .artist, json: json)
            try expectProblem(response, .unprocessableContent, "validation-failed", pointer: pointer)
        }
    }

    @Test("registration makes a PENDING track and starts its workflow once, however often it is retried")
    func retry() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let id = try await api.ticket()
            let first = try await api.post("/track/upload", as: .artist, json: try form(id))
            #expect(first.status == .created)
            #expect(first.headers[.location] == "/track/\(id)")
            #expect(try first.string("status") == "PENDING")
            platform.pass(7200)
            for _ in 0..<3 {
                let again = try await api.post("/track/upload", as: .artist, json: try form(id))
                #expect(again.status == .ok)
                #expect(try again.string("id") == id)
            }
            #expect(try platform.workflowCalls() == ["registered \(id)"])
            let other = try await api.post("/track/upload", as: .artist, json: try form(id, ["title": "Other"]))
            try expectProblem(other, .conflict, "track-already-registered")
            #expect(try platform.workflowCalls().count == 1)
        }
    }

    @Test("registrations racing on one ticket make one track and one workflow")
    func race() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let id = try await api.ticket()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await api.post("/track/upload", as: .artist, json: form(id)).status.code }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == Array(repeating: 200, count: 19) + [201])
            #expect(try platform.workflowCalls().count == 1)
        }
    }

    @Test("a workflow that cannot start leaves no track and an unused ticket behind")
    func atomicity() async throws {
        let platform = try Platform(workflows: RecordingWorkflows(refuses: true))
        try await platform.run { api in
            let id = try await api.ticket()
            let response = try await api.post("/track/upload", as: .artist, json: try form(id))
            try expectProblem(response, .internalServerError, "internal-error")
            try expectProblem(try await api.get("/track/\(id)", as: .artist), .notFound, "track-not-found")
            #expect(try platform.workflowCalls().isEmpty)
            let ticket = try await platform.database.read { db in
                try Catalog.uploadTicket(try #require(UploadID(rawValue: id)), in: db)
            }
            #expect(ticket?.usedAt == nil)
        }
    }

    @Test("foreign, forged and missing tickets look alike; an expired one says so")
    func tickets() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let foreign = try await api.ticket(as: .rival)
            let json = #"{"contentType":"image/png","byteCount":5,"kind":"poster"}"#
            let poster = try await api.post("/utils/upload-url", as: .artist, json: json).string("uploadId")
            for id in [foreign, poster, "0190aaaa-forged-id", "../../etc/passwd", "", "A' OR 1=1 --"] {
                let response = try await api.post("/track/upload", as: .artist, json: try form(id))
                try expectProblem(response, .notFound, "upload-not-found")
            }
            let late = try await api.ticket()
            platform.pass(3600)
            let response = try await api.post("/track/upload", as: .artist, json: try form(late))
            try expectProblem(response, .gone, "upload-expired")
            #expect(try platform.count("workflowCall WHERE name = 'registered'") == 0)
        }
    }

    @Test(
        "a track URL other than the ticket's is refused",
        arguments: [
            "s3://other/raw-track/ID.mp3", "s3://media/raw-track/other-id-1.mp3", "s3://x@media/raw-track/ID.mp3",
            "s3://media/raw-track/../raw-track/ID.mp3", "s3://media/raw-track/%2e%2e/ID.mp3", "file:///etc/passwd",
            "http://169.254.169.254/latest", "raw-track/ID.mp3", "S3://media/raw-track/ID.mp3", "",
        ]
    )
    func forgedURLs(url: String) async throws {
        try await Platform().run { api in
            let id = try await api.ticket()
            let good = "s3://media/raw-track/\(id).mp3"
            let bad = try form(id, ["trackUrl": url.replacing("ID", with: id)])
            let response = try await api.post("/track/upload", as: .artist, json: bad)
            try expectProblem(response, .unprocessableContent, "validation-failed", pointer: "/trackUrl")
            let fine = try await api.post("/track/upload", as: .artist, json: try form(id, ["trackUrl": good]))
            #expect(fine.status == .created)
        }
    }

    @Test("a poster is taken from the artist's own poster ticket only, and once")
    func posters() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let json = #"{"contentType":"image/png","byteCount":5,"kind":"poster"}"#
            let own = try await api.post("/utils/upload-url", as: .artist, json: json)
            let foreign = try await api.post("/utils/upload-url", as: .rival, json: json).string("objectUrl")
            let ownURL = try own.string("objectUrl")
            for url in [foreign, "s3://media/poster/none-such-1.png", "s3://media/raw-track/a.mp3", "file:///x"] {
                let bad = try form(try await api.ticket(), ["posterUrl": url])
                let response = try await api.post("/track/upload", as: .artist, json: bad)
                try expectProblem(response, .unprocessableContent, "validation-failed", pointer: "/posterUrl")
            }
            let id = try await api.ticket()
            let fine = try await api.post("/track/upload", as: .artist, json: try form(id, ["posterUrl": ownURL]))
            #expect(try fine.string("posterUrl") == "/track/\(id)/poster")
            let again = try form(try await api.ticket(), ["posterUrl": ownURL])
            let reused = try await api.post("/track/upload", as: .artist, json: again)
            try expectProblem(reused, .unprocessableContent, "validation-failed", pointer: "/posterUrl")
            platform.media.put(try own.string("key"), [1, 2, 3])
            #expect(try await api.get("/track/\(id)/poster", as: .artist).bytes == [1, 2, 3])
            try expectProblem(try await api.get("/track/\(id)/poster"), .notFound, "track-not-found")
        }
    }

    @Test("a track without a picture is there all the same")
    func noPoster() async throws {
        let platform = try Platform()
        let id = try platform.track()
        try await platform.run { api in
            try expectProblem(try await api.get("/track/\(id)/poster", as: .artist), .notFound, "media-not-found")
        }
    }

    @Test(
        "wrong members are named by JSON Pointer",
        arguments: [
            ("title", "  ", "/title"), ("title", String(repeating: "x", count: 201), "/title"),
            ("title", "a\nb", "/title"), ("title", "\u{200B}\u{3164}", "/title"), ("title", "a\u{202E}b", "/title"),
            ("title", "a" + String(repeating: "\u{301}", count: 200), "/title"), ("tags", ["\u{2060}"], "/tags/0"),
            ("language", "e", "/language"), ("language", "../..", "/language"),
            ("language", "-----", "/language"), ("language", "en-", "/language"), ("language", "e1", "/language"),
            ("tags", ["a", ""], "/tags/1"),
            ("tags", ["a", "a"], "/tags"), ("duration", 0, "/duration"), ("duration", 99_999, "/duration"),
            ("secondaryArtistIds", ["user-listener"], "/secondaryArtistIds/0"),
            ("secondaryArtistIds", ["user-rival", "nobody"], "/secondaryArtistIds/1"),
            ("secondaryArtistIds", ["user-artist"], "/secondaryArtistIds"), ("lyrics", "bell \u{7}", "/lyrics"),
            ("title", "f4gg0t", "/title"), ("tags", ["ok", "k1ke"], "/tags/1"),
        ] as [(String, any Sendable, String)]
    )
    func invalidMembers(member: String, value: any Sendable, pointer: String) async throws {
        let platform = try Platform()
        try await platform.run { api in
            let bad = try form(try await api.ticket(), [member: value])
            let response = try await api.post("/track/upload", as: .artist, json: bad)
            try expectProblem(response, .unprocessableContent, "validation-failed", pointer: pointer)
            #expect(try platform.workflowCalls().isEmpty)
        }
    }

    @Test("strong language is taken, and flagged for admins only")
    func flags() async throws {
        try await Platform().run { api in
            let id = try await api.ticket()
            let artists = ["secondaryArtistIds": ["user-rival"]]
            let json = try form(id, artists.merging(["lyrics": ["sh1t"]]) { $1 }.mapValues { $0 })
                .replacing(#"["sh1t"]"#, with: #""sh1t""#)
            #expect(try await api.post("/track/upload", as: .artist, json: json).status == .created)
            let flags = try await api.get("/track/\(id)", as: .admin).object()["contentFlags"] as? [[String: Any]]
            #expect(flags?.first?["term"] as? String == "shit")
            #expect(try await api.get("/track/\(id)", as: .artist).object()["contentFlags"] == nil)
        }
    }
}
