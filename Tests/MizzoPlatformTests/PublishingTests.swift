import CloudServices
import DurableSQLite
import Foundation
import MizzoCatalog
import MizzoWorkflows
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

    @Test(
        "the wait for what is missing begins at once, with an upload in parts when its day is over",
        arguments: [false, true]
    )
    func arrival(inParts: Bool) async throws {
        let fixture = try await PlatformFixture()
        let id = try #require(TrackID(rawValue: "track-001"))
        try await fixture.platform.putUser("nina", role: .artist, name: "Nina")
        let ticket = UploadTicket(
            id: UploadID(audioOf: id),
            owner: PlatformFixture.artist,
            kind: .audio,
            key: MediaKeys.rawTrack(id),
            contentType: "audio/mpeg",
            byteCountMax: 3,
            parts: inParts ? UploadParts(storeUploadID: "u", byteCount: 3, partByteCount: 3) : nil,
            expiresAt: Date(timeIntervalSince1970: 1_800_003_600)
        )
        var publishing = fixture.platform.publishing
        publishing.now = { Date(timeIntervalSince1970: 1_800_000_000) }
        let asked = publishing
        let seconds = try await fixture.platform.database.write { db in
            try Catalog.issue(ticket, at: asked.now(), in: db)
            return try asked.input(id, in: db).arrivalSeconds
        }
        #expect(seconds == asked.timing.arrivalSeconds + (inParts ? 3600 : 0))
        await fixture.platform.close()
    }
}
