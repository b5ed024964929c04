import Foundation
import GRDB
import MizzoCatalog
import Testing

@Suite("Upload tickets and posters")
struct UploadTicketTests {
    private static let now = CatalogFixture.now
    private static let details = TrackDetails(
        title: "Song",
        language: "english",
        duration: 1,
        tags: [],
        posterKey: "poster/upload-0002.png"
    )

    private func register(_ id: UploadID, _ db: Database) throws -> TrackID {
        let track = try #require(TrackID(rawValue: id.rawValue))
        let (owner, details) = (CatalogFixture.artist, Self.details)
        try Catalog.registerTrack(track, owner: owner, details: details, registration: "{}", at: Self.now, in: db)
        return track
    }

    @Test("a ticket is void once it is abandoned, unless a track was registered with it")
    func abandoned() throws {
        let fixture = try CatalogFixture()
        let id = try #require(UploadID(rawValue: "upload-0001"))
        try fixture.queue.write { db in
            let ticket = UploadTicket(
                id: id,
                owner: CatalogFixture.artist,
                kind: .audio,
                key: "raw-track/upload-0001.mp3",
                contentType: "audio/mpeg",
                byteCountMax: 10,
                expiresAt: Self.now + 3600
            )
            try Catalog.issue(ticket, at: Self.now, in: db)
            for _ in 0..<2 { #expect(try Catalog.abandonUpload(id, at: Self.now, in: db)) }
            #expect(try Catalog.uploadTicket(id, in: db)?.expiresAt == Self.now)
            _ = try register(id, db)
            #expect(try !Catalog.abandonUpload(id, at: Self.now, in: db))
        }
    }

    @Test("a refused poster leaves the track, with one notification and one audit row")
    func poster() throws {
        let fixture = try CatalogFixture()
        let id = try #require(UploadID(rawValue: "upload-0001"))
        try fixture.queue.write { db in
            let track = try register(id, db)
            for _ in 0..<2 { try Catalog.refusePoster(of: track, reason: "No picture.", at: Self.now, in: db) }
            #expect(try Catalog.track(track, in: db)?.details.posterKey == nil)
            #expect(try Catalog.auditTrail(of: track, in: db).map(\.note) == ["registered", "poster refused"])
        }
        #expect(try fixture.inbox().map(\.kind) == [.posterRefused])
        #expect(try fixture.inbox().first?.body.hasSuffix("No picture.") == true)
    }
}
