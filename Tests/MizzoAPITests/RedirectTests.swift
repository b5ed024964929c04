import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private let bytes = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

@Suite("Playback from the store")
struct RedirectTests {
    private static func platform(at status: TrackStatus = .published) throws -> (Platform, TrackID) {
        let platform = try Platform()
        let id = try platform.track(at: status)
        platform.media.put(MediaKeys.rawTrack(id), bytes)
        for file in ["master.m3u8", "high.m3u8", "high_000.aac"] {
            platform.media.put(MediaKeys.transcoded(id, file: file), bytes)
        }
        platform.media.hasLinks.withLock { $0 = true }
        return (platform, id)
    }

    @Test("segments and originals are at a URL of a minute, and the way there is kept for half of it")
    func redirects() async throws {
        let (platform, id) = try Self.platform()
        try await platform.run { api in
            for (path, key) in [
                ("/hls/\(id)/high_000.aac", "transcoded-track/\(id)/high_000.aac"),
                ("/stream/\(id)", "raw-track/\(id).mp3"),
            ] {
                for person in Person.allCases {
                    let answer = try await api.get(path, as: person)
                    #expect(answer.status == .temporaryRedirect && answer.bytes.isEmpty)
                    #expect(answer.headers[.location] == "https://store/\(key)?seconds=60")
                    #expect(answer.headers[.cacheControl] == "public, max-age=30, must-revalidate")
                }
                try platform.walk(id, through: [.blocked])
                try expectProblem(try await api.get(path), .forbidden, "track-not-published")
                try platform.walk(id, through: [.published])
            }
        }
    }

    @Test("playlists stay here, byte for byte")
    func playlists() async throws {
        let (platform, id) = try Self.platform()
        try await platform.run { api in
            for file in ["master.m3u8", "high.m3u8"] {
                let answer = try await api.get("/hls/\(id)/\(file)")
                #expect(answer.status == .ok && answer.bytes == bytes)
            }
        }
    }

    @Test("previews stay here: their URL would have no name on it", arguments: [TrackStatus.reviewing, .blocked])
    func previews(status: TrackStatus) async throws {
        let (platform, id) = try Self.platform(at: status)
        try await platform.run { api in
            let answer = try await api.get("/hls/\(id)/high_000.aac", as: .admin)
            #expect(answer.status == .ok && answer.bytes == bytes)
            #expect(answer.headers[.cacheControl] == "private, no-store")
        }
    }

    @Test(
        "one plain range is the store's; what stores answer differently is answered here",
        arguments: [
            ("bytes=0-9", 307), ("bytes=0-", 307), ("bytes=-3", 307), ("bytes=30-99", 307), ("bytes=0-1,4-5", 206),
            ("bytes=0-1,1-2", 206), ("bytes=0-30,2-35", 200), ("bytes=9-1", 200), ("lines=1-2", 200),
            ("bytes=99-", 416), ("bytes=-0", 416),
        ]
    )
    func ranges(field: String, status: Int) async throws {
        let (platform, id) = try Self.platform()
        try await platform.run { api in
            for path in ["/stream/\(id)", "/hls/\(id)/high_000.aac"] {
                let answer = try await api.get(path, headers: [.range: field])
                #expect(answer.status.code == status)
            }
        }
    }

    @Test("HEAD, If-Range and preconditions are answered here, and what is missing is a problem")
    func conditions() async throws {
        let (platform, id) = try Self.platform()
        try await platform.run { api in
            let path = "/stream/\(id)"
            let head = try await api.send(.head, path)
            #expect(head.status == .ok && head.headers[.contentLength] == "36")
            let tag = try #require(head.headers[.eTag])
            let part = try await api.get(path, headers: [.range: "bytes=0-3", .ifRange: tag])
            #expect(part.status == .partialContent && part.text == "0123")
            #expect(try await api.get(path, headers: [.ifNoneMatch: tag]).status == .notModified)
            #expect(try await api.get(path, headers: [.ifNoneMatch: "\"x\""]).status == .temporaryRedirect)
            let other = try await api.get(path, headers: [.ifMatch: "\"x\""])
            try expectProblem(other, .preconditionFailed, "precondition-failed")
            try expectProblem(try await api.get("/hls/\(id)/low_000.aac"), .notFound, "media-not-found")
        }
    }

    @Test("a poster is never at another address")
    func posters() async throws {
        let (platform, id) = try Self.platform()
        platform.media.put("poster/one", bytes)
        try await platform.database.write { db in
            try db.execute(sql: "UPDATE track SET posterKey = 'poster/one'")
        }
        try await platform.run { api in
            let poster = try await api.get("/track/\(id)/poster")
            #expect(poster.status == .ok && poster.bytes == bytes)
        }
    }
}
