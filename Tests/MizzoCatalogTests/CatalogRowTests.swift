import Foundation
import GRDB
import MizzoCatalog
import Testing

@Suite("Catalogue rows")
struct CatalogRowTests {
    @Test(
        "track ids refuse whatever is unsafe in a key or a path",
        arguments: [
            "", "short", "UPPERCASE1", "with space1", "../../etc", "a/b/c/d/e", "-leading1", "trailing-",
            "nul\u{0}byte1",
            "ünicode1", "dot.dot.1", String(repeating: "a", count: 65), "percent%2e",
        ]
    )
    func unsafeIDs(text: String) {
        #expect(TrackID(rawValue: text) == nil)
        #expect(UploadID(rawValue: text) == nil)
    }

    @Test("sealing is idempotent for the same object and refused for another")
    func sealing() throws {
        let fixture = try CatalogFixture()
        let id = try #require(UploadID(rawValue: "upload-0001"))
        let facts = ObjectFacts(etag: "e1", byteCount: 5, sha256: "ab", pinnedKey: "pinned/1")
        try fixture.queue.write { db in
            let ticket = UploadTicket(
                id: id,
                owner: CatalogFixture.artist,
                kind: .audio,
                key: "raw-track/upload-0001.mp3",
                contentType: "audio/mpeg",
                byteCountMax: 10,
                expiresAt: CatalogFixture.now
            )
            try Catalog.issue(ticket, at: CatalogFixture.now, in: db)
            try Catalog.seal(id, as: facts, at: CatalogFixture.now, in: db)
            try Catalog.seal(id, as: facts, at: CatalogFixture.now, in: db)
            #expect(try Catalog.uploadTicket(id, in: db)?.sealed == facts)
            #expect(throws: CatalogError.uploadSealed(id)) {
                try Catalog.seal(id, as: ObjectFacts(etag: "e2", byteCount: 5), at: CatalogFixture.now, in: db)
            }
            #expect(try Catalog.uploadTicket(id, ownedBy: CatalogFixture.admin, in: db) == nil)
        }
    }

    @Test("a track is decided once, and only under review", arguments: TrackStatus.allCases)
    func decisions(status: TrackStatus) throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: status)
        let verdict = ReviewDecision(
            approved: true,
            reason: nil,
            admin: CatalogFixture.admin,
            decidedAt: CatalogFixture.now
        )
        let first = Result { try fixture.queue.write { db in try Catalog.decide(id, verdict, in: db) } }
        guard status == .reviewing else {
            #expect(throws: CatalogError.notReviewable(id, status: status, earlier: nil)) { try first.get() }
            return
        }
        try first.get()
        #expect(throws: CatalogError.notReviewable(id, status: .reviewing, earlier: verdict)) {
            try fixture.queue.write { db in try Catalog.decide(id, verdict, in: db) }
        }
    }

    @Test("lists walk page by page without gaps or repeats")
    func paging() throws {
        let fixture = try CatalogFixture()
        let ids = try (10..<17).map { try fixture.track("track-00\($0)", at: .reviewing) }
        var (own, queue): ([TrackID], [TrackID]) = ([], [])
        try fixture.queue.read { db in
            var position: TrackPosition?
            for _ in 0..<4 {
                let page = try Catalog.tracks(ownedBy: CatalogFixture.artist, after: position, limit: 2, in: db)
                own += page.map(\.id)
                position = page.last.map(TrackPosition.init(after:))
            }
            position = nil
            for _ in 0..<3 {
                let filter = TrackFilter(status: .reviewing)
                let page = try Catalog.tracks(matching: filter, after: position, limit: 3, in: db)
                queue += page.map(\.id)
                position = page.last.map(TrackPosition.init(after:))
            }
        }
        #expect(own == ids.reversed())
        #expect(queue == ids)
    }

    @Test("the inbox shows unread first and then newest first, across pages")
    func inboxOrder() throws {
        let fixture = try CatalogFixture()
        for number in 10..<14 { try fixture.track("track-00\(number)", at: .reviewing) }
        let ids = try fixture.inbox().map(\.id)
        try fixture.queue.write { db in
            for id in [ids[0], ids[2]] {
                _ = try Catalog.apply(.read, to: id, of: CatalogFixture.artist, at: CatalogFixture.now, in: db)
            }
        }
        var walked: [NotificationID] = []
        try fixture.queue.read { db in
            var position: InboxPosition?
            for _ in 0..<4 {
                let page = try Catalog.inbox(of: CatalogFixture.artist, after: position, limit: 1, in: db)
                walked += page.map(\.id)
                position = page.last.map(InboxPosition.init(after:))
            }
        }
        #expect(walked == [ids[1], ids[3], ids[0], ids[2]])
    }

    @Test("migrations carry the catalogue's prefix and run twice without harm")
    func migrations() throws {
        let fixture = try CatalogFixture()
        var migrator = DatabaseMigrator()
        Catalog.registerMigrations(in: &migrator)
        #expect(migrator.migrations.allSatisfy { $0.hasPrefix("catalog-") })
        try migrator.migrate(fixture.queue)
    }
}
