import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private let original = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

private func platform(at status: TrackStatus) throws -> (Platform, TrackID) {
    let platform = try Platform()
    let id = try platform.track(at: status)
    platform.media.put(MediaKeys.rawTrack(id), original)
    platform.media.put(MediaKeys.transcoded(id, file: "master.m3u8"), Array("#EXTM3U\n".utf8))
    platform.media.put(MediaKeys.transcoded(id, file: "high_000.aac"), original)
    platform.media.put("secret", Array("secret".utf8))
    return (platform, id)
}

private let traversals = [
    "../secret", "..%2fsecret", "%2e%2e%2fsecret", "%2e%2e/secret", "..%5csecret", "....//secret", "..;/secret",
    "%252e%252e%252fsecret", "..%c0%afsecret", "..%u2215secret", "%00master.m3u8", "master.m3u8%00", "master.m3u8%0a",
    "master.m3u8/", "/master.m3u8", "./master.m3u8", ".%2fmaster.m3u8", "master.m3u8/../../secret", "master.m3u8%20",
    "master.mp3", "master", ".m3u8", "m3u8", "MASTER.m3u8", "master.M3U8", "high_00.aac", "high_0000.aac",
    "high_abc.aac", "high_000_000.aac", "mid_000.aac", "high-000.aac", "high_%D9%A0%D9%A0%D9%A0.aac",
    "high_000.aac.bak",
    "high_000.ts", "xhigh_000.aac", "high__000.aac", "high_.aac", "secret", "~", "*", "%",
]

@Suite("Playback")
struct PlaybackTests {
    @Test("HLS is 403 until published, with previews for the owner and admins", arguments: TrackStatus.allCases)
    func hlsAccess(status: TrackStatus) async throws {
        let (platform, id) = try platform(at: status)
        try await platform.run { api in
            for person in Person.allCases {
                let preview =
                    status == .reviewing && (person == .artist || person.role == .admin)
                    || status == .blocked && person.role == .admin
                for file in ["master.m3u8", "high_000.aac"] {
                    let response = try await api.get("/hls/\(id)/\(file)", as: person)
                    if status == .published || preview {
                        #expect(response.status == .ok)
                        #expect(response.headers[.vary] == "Authorization")
                    } else {
                        try expectProblem(response, .forbidden, "track-not-published")
                    }
                    if preview { #expect(response.headers[.cacheControl] == "private, no-store") }
                }
                let stream = try await api.get("/stream/\(id)", as: person)
                if status == .published {
                    #expect(stream.bytes == original)
                } else {
                    try expectProblem(stream, .forbidden, "track-not-published")
                }
            }
        }
    }

    @Test("playlists and segments carry their types and short caching")
    func hlsHeaders() async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            let playlist = try await api.get("/hls/\(id)/master.m3u8")
            #expect(playlist.headers[.contentType] == "application/vnd.apple.mpegurl")
            #expect(playlist.headers[.cacheControl] == "public, no-cache")
            #expect(playlist.text == "#EXTM3U\n")
            let segment = try await api.get("/hls/\(id)/high_000.aac", headers: [.range: "bytes=0-"])
            #expect(segment.status == .partialContent)
            #expect(segment.headers[.contentType] == "audio/aac")
            #expect(segment.headers[.cacheControl] == "public, max-age=60, must-revalidate")
            let tag = try #require(segment.headers[.eTag])
            let again = try await api.get("/hls/\(id)/high_000.aac", headers: [.ifNoneMatch: "\"x\", W/\(tag)"])
            #expect(again.status == .notModified)
            #expect(again.bytes.isEmpty)
            let missing = try await api.get("/hls/\(id)/low_000.aac")
            try expectProblem(missing, .notFound, "media-not-found")
            try expectProblem(try await api.get("/hls/none-such-1/master.m3u8"), .notFound, "track-not-found")
        }
    }

    @Test("only whitelisted names reach the store", arguments: traversals)
    func traversal(name: String) async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            for path in ["/hls/\(id)/\(name)", "/hls/\(name)/master.m3u8", "/stream/\(name)"] {
                let response = try await api.get(path)
                guard path != "/hls/\(id)//master.m3u8" && path != "/hls/\(id)/master.m3u8/" else { continue }
                #expect(response.status == .notFound, "\(path)")
                #expect(response.headers[.contentType] == "application/problem+json")
            }
            let hostile = platform.media.asked.filter { $0 != "transcoded-track/\(id)/master.m3u8" }
            #expect(hostile.isEmpty)
        }
    }

    @Test("a byte range of the original arrives byte-exact")
    func ranges() async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            for (field, part) in [("bytes=0-9", 0..<10), ("bytes=30-", 30..<36), ("bytes=-3", 33..<36)] {
                let response = try await api.get("/stream/\(id)", headers: [.range: field])
                #expect(response.status == .partialContent)
                #expect(response.bytes == Array(original[part]))
                #expect(response.headers[.contentRange] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/36")
                #expect(response.headers[.contentLength] == "\(part.count)")
                #expect(response.headers[.contentType] == "audio/mpeg")
            }
            let beyond = try await api.get("/stream/\(id)", headers: [.range: "bytes=36-"])
            try expectProblem(beyond, .rangeNotSatisfiable, "range-not-satisfiable")
            #expect(beyond.headers[.contentRange] == "bytes */36")
            for field in ["bytes=9-1", "bytes=0-9,5-40", "lines=1-2"] {
                let whole = try await api.get("/stream/\(id)", headers: [.range: field])
                #expect(whole.status == .ok)
                #expect(whole.bytes == original)
                #expect(whole.headers[.acceptRanges] == "bytes")
            }
        }
    }

    @Test("If-Range asks for the part only with the current strong tag")
    func ifRange() async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            let tag = try #require(try await api.get("/stream/\(id)").headers[.eTag])
            for (condition, status) in [
                (tag, 206), ("W/" + tag, 200), ("\"other\"", 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200),
            ] {
                let response = try await api.get(
                    "/stream/\(id)",
                    headers: [.range: "bytes=0-0", .ifRange: condition]
                )
                #expect(response.status.code == status, "\(condition)")
            }
        }
    }

    @Test("HEAD has the headers of the whole and no body, also for problems")
    func head() async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            let response = try await api.send(.head, "/stream/\(id)", headers: [.range: "bytes=0-0"])
            #expect(response.status == .ok)
            #expect(response.headers[.contentLength] == "36")
            #expect(response.bytes.isEmpty)
            let missing = try await api.send(.head, "/stream/none-such-1")
            #expect(missing.status == .notFound)
            #expect(missing.bytes.isEmpty)
        }
    }

    @Test("an original that was swapped after sealing is not played; a pinned copy is")
    func swap() async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            let object = try #require(try await platform.media.object(MediaKeys.rawTrack(id)))
            platform.media.put("pinned/copy-of-it", original)
            let pinned = try #require(try await platform.media.object("pinned/copy-of-it"))
            let facts = ObjectFacts(etag: pinned.etag, byteCount: object.size, pinnedKey: "pinned/copy-of-it")
            try await platform.database.write { db in
                try Catalog.seal(UploadID(audioOf: id), as: facts, at: Platform.start, in: db)
            }
            platform.media.put(MediaKeys.rawTrack(id), Array("evil".utf8))
            #expect(try await api.get("/stream/\(id)").bytes == original)
            platform.media.put("pinned/copy-of-it", Array("evil".utf8))
            try expectProblem(try await api.get("/stream/\(id)"), .notFound, "media-not-found")
        }
    }

    @Test("an object kept as a file is served in whole and in part")
    func files() async throws {
        let (platform, _) = try platform(at: .published)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("original")
        try Data(original).write(to: file)
        var dependencies = platform.dependencies
        dependencies.media = FileMedia(path: file.path, size: Int64(original.count))
        let application = try await buildApplication(
            configuration: platform.configuration,
            dependencies: dependencies
        )
        try await application.test(.router) { client in
            let api = try Caller(platform: platform, client: client)
            #expect(try await api.get("/stream/track-0001").bytes == original)
            let part = try await api.get("/stream/track-0001", headers: [.range: "bytes=10-12"])
            #expect(part.bytes == Array(original[10...12]))
        }
    }

    @Test("a published track shows where to play it, a blocked one no longer does")
    func playbackURLs() async throws {
        let (platform, id) = try platform(at: .published)
        try await platform.run { api in
            let playback = try await api.get("/track/\(id)").object()["playback"] as? [String: String]
            #expect(playback == ["hls": "/hls/\(id)/master.m3u8", "stream": "/stream/\(id)"])
            try platform.walk(id, through: [.blocked])
            #expect(try await api.get("/track/\(id)", as: .artist).object()["playback"] == nil)
            try expectProblem(try await api.get("/hls/\(id)/high_000.aac"), .forbidden, "track-not-published")
        }
    }
}
