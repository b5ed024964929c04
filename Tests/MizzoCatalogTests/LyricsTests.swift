import Foundation
import GRDB
import MizzoCatalog
import Testing

private let document = LyricsDocument(lines: [
    .init(startMs: 1_234, endMs: 2_000, text: "Hello <world>"),
    .init(startMs: 3_723_450, endMs: 3_724_000, text: "a\nb & c", words: [.init(startMs: 1, endMs: 2, text: "a")]),
])

@Suite("Lyrics")
struct LyricsTests {
    @Test("completion stores the document and notifies once per generation")
    func completion() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .processing)
        try fixture.queue.write { db in
            try Catalog.requestLyrics(of: id, at: CatalogFixture.now, in: db)
            try Catalog.requestLyrics(of: id, at: CatalogFixture.now, in: db)
            #expect(try Catalog.lyrics(of: id, in: db)?.generation == 1)
            for _ in 0..<2 {
                try Catalog.completeLyrics(
                    of: id,
                    document: document,
                    provider: "test",
                    at: CatalogFixture.now,
                    in: db
                )
            }
            let stored = try Catalog.lyrics(of: id, in: db)
            #expect(stored?.status == .completed)
            #expect(stored?.document == document)
        }
        #expect(try fixture.inbox().map(\.kind) == [.lyricsReady])
        try fixture.queue.write { db in
            try Catalog.requestLyrics(of: id, at: CatalogFixture.now, in: db)
            #expect(try Catalog.lyrics(of: id, in: db)?.status == .pending)
            try Catalog.completeLyrics(of: id, document: document, provider: "test", at: CatalogFixture.now, in: db)
        }
        #expect(try fixture.inbox().count == 2)
    }

    @Test("a failure says why and touches neither track nor inbox")
    func failure() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .processing)
        try fixture.queue.write { db in
            try Catalog.failLyrics(of: id, reason: "No words found.", provider: nil, at: CatalogFixture.now, in: db)
            #expect(try Catalog.lyrics(of: id, in: db)?.reason == "No words found.")
            #expect(try Catalog.track(id, in: db)?.status == .processing)
        }
        #expect(try fixture.inbox().isEmpty)
    }
}
