import CloudServices
import DurableSQLite
import MizzoCatalog
import Testing

@testable import MizzoPlatform

@Suite("From upload to publication", .timeLimit(.minutes(3)))
struct PublishingTests {
    @Test("a short file becomes a published track with lyrics, and the artist hears of each step once")
    func publishes() async throws {
        let fixture = try await PlatformFixture()
        let platform = fixture.platform
        let id = try #require(TrackID(rawValue: "track-001"))
        try await fixture.working { worker in
            try await fixture.register(id)
            try await fixture.put(MediaKeys.rawTrack(id), PlatformFixture.audio)
            worker.uploadArrived()
            try await fixture.until { try await fixture.status(id) == (.reviewing, .completed) }
            try await fixture.approve(id)
            try await fixture.until { try await fixture.status(id).0 == .published }

            let kinds = try await platform.database.read {
                try Catalog.inbox(of: PlatformFixture.artist, after: nil, limit: 100, in: $0).map(\.kind.rawValue)
                    .sorted()
            }
            #expect(kinds == ["lyrics-ready", "track-published", "track-reviewing"])
            let master = try await platform.objects.head(ObjectKey(MediaKeys.transcoded(id, file: "master.m3u8")))
            #expect(master.contentType == "application/vnd.apple.mpegurl")
        }
    }
}
