import Foundation
import GRDB
import MizzoCatalog
import Testing

@Suite("Edits of lyrics")
struct LyricsEditTests {
    private static let now = CatalogFixture.now
    private static let made = LyricsDocument(
        lines: [
            .init(startMs: 0, endMs: 900, text: "one", timing: .aligner),
            .init(startMs: 1000, endMs: 1900, text: "two", timing: .model),
        ],
        language: "en"
    )

    private func edit(_ id: TrackID, _ lines: [LyricsDocument.Line], _ expected: Int64, _ db: Database) throws {
        let edit = LyricsEdit(document: LyricsDocument(lines: lines, language: "en"), expected: expected)
        try Catalog.editLyrics(of: id, edit, by: .user(CatalogFixture.artist), at: Self.now, in: db)
    }

    @Test("a changed line is marked edited, an unchanged one keeps where its times came from")
    func timing() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .reviewing)
        try fixture.queue.write { db in
            try Catalog.completeLyrics(of: id, document: Self.made, provider: "gemini", at: Self.now, in: db)
            var lines = Self.made.lines
            lines[1].startMs = 1100
            lines[0].timing = .model
            try edit(id, lines, 1, db)
            let stored = try Catalog.lyrics(of: id, in: db)
            #expect(stored?.document?.lines.map(\.timing) == [.aligner, .edited])
            #expect(stored?.version == 2)
            #expect(stored?.provider == "edited")
            #expect(try Catalog.auditTrail(of: id, in: db).last?.note == "edited lyrics")
            #expect(try Catalog.track(id, in: db)?.status == .reviewing)
        }
    }

    @Test("an edit of an old version is refused, and so is one while lyrics are being made")
    func refusals() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .reviewing)
        try fixture.queue.write { db in
            try edit(id, Self.made.lines, 0, db)
            let stale = #expect(throws: CatalogError.self) { try edit(id, [], 0, db) }
            #expect(stale?.code == "lyrics-version-stale")
            try Catalog.regenerateLyrics(of: id, by: .user(CatalogFixture.artist), at: Self.now, in: db)
            let pending = #expect(throws: CatalogError.self) { try edit(id, [], 2, db) }
            #expect(pending?.code == "lyrics-pending")
            let again = #expect(throws: CatalogError.self) {
                try Catalog.regenerateLyrics(of: id, by: .user(CatalogFixture.artist), at: Self.now, in: db)
            }
            #expect(again?.code == "lyrics-pending")
        }
    }

    @Test("a late result does not overwrite an edit and tells nobody")
    func lateResult() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .processing)
        try fixture.queue.write { db in
            try edit(id, Self.made.lines, 0, db)
            try Catalog.completeLyrics(of: id, document: LyricsDocument(lines: []), provider: "m", at: Self.now, in: db)
            #expect(try Catalog.lyrics(of: id, in: db)?.document?.lines.count == 2)
        }
        #expect(try fixture.inbox().isEmpty)
    }

    @Test("lyrics that a person wrote before they could be made are not made over, unless somebody asks for others")
    func early() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .processing)
        try fixture.queue.write { db in
            try edit(id, Self.made.lines, 0, db)
            try Catalog.beginLyrics(of: id, at: Self.now, in: db)
            #expect(try Catalog.lyrics(of: id, in: db)?.status == .completed)
            try Catalog.regenerateLyrics(of: id, by: .user(CatalogFixture.artist), at: Self.now, in: db)
            try Catalog.beginLyrics(of: id, at: Self.now, in: db)
            #expect(try Catalog.lyrics(of: id, in: db)?.status == .pending)
        }
    }

    @Test("lyrics that are made anew bring marks of their own, and leave none of the earlier ones")
    func newMarks() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .reviewing)
        let check = ProfanityCheck(rules: .starter)
        func complete(_ text: String, _ db: Database) throws -> [String] {
            let document = LyricsDocument(lines: [.init(startMs: 0, endMs: 9, text: text)])
            let flags = check.findings(in: document)
            try Catalog.requestLyrics(of: id, at: Self.now, in: db)
            try Catalog.completeLyrics(of: id, document: document, provider: "m", flags: flags, at: Self.now, in: db)
            return try Catalog.track(id, in: db)?.contentFlags.map(\.field) ?? []
        }
        try fixture.queue.write { db in
            let (strong, harmless) = (try complete("shit", db), try complete("fine", db))
            #expect(strong == ["lines/0"] && harmless.isEmpty)
        }
    }

    @Test("lyrics that cannot be made anew leave the earlier ones, with the reason")
    func failedAgain() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .reviewing)
        let document = LyricsDocument(lines: [.init(startMs: 0, endMs: 9, text: "by hand")])
        try fixture.queue.write { db in
            try Catalog.requestLyrics(of: id, at: Self.now, in: db)
            try Catalog.completeLyrics(of: id, document: document, provider: "m", at: Self.now, in: db)
            try Catalog.requestLyrics(of: id, at: Self.now, in: db)
            try Catalog.failLyrics(of: id, reason: "the quota is used up", provider: "n", at: Self.now, in: db)
            let lyrics = try #require(try Catalog.lyrics(of: id, in: db))
            #expect(lyrics.status == .completed && lyrics.document == document && lyrics.provider == "m")
            #expect(lyrics.reason?.hasSuffix("are kept: the quota is used up") == true)
        }
    }

    @Test("marks of the lines replace earlier marks of the lines only")
    func flags() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .reviewing)
        let check = ProfanityCheck(rules: .starter)
        func flagged(_ text: String, _ expected: Int64, _ db: Database) throws -> [String] {
            let lines = [LyricsDocument.Line(startMs: 0, endMs: 9, text: text)]
            let marks = check.findings(in: text, field: "lines/0")
            let edit = LyricsEdit(document: LyricsDocument(lines: lines), flags: marks, expected: expected)
            try Catalog.editLyrics(of: id, edit, by: .user(CatalogFixture.artist), at: Self.now, in: db)
            return try Catalog.track(id, in: db)?.contentFlags.map(\.field) ?? []
        }
        try fixture.queue.write { db in
            let (title, own) = (
                TrackEdit(title: "shit", language: "german"), check.findings(in: "shit", field: "title")
            )
            try Catalog.editTrack(id, title, flags: own, expected: nil, by: .publishing, at: Self.now, in: db)
            #expect(try Catalog.track(id, in: db)?.details.language == "german")
            #expect(try flagged("fuck", 0, db) == ["title", "lines/0"])
            #expect(try flagged("fine", 1, db) == ["title"])
        }
    }
}
