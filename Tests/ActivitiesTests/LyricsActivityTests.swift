import Activities
import ActivityContracts
import DurableSQLite
import Foundation
import GRDB
import LyricsSync
import MizzoCatalog
import Testing
import WorkflowEngine

@Suite("Lyrics of a track", .timeLimit(.minutes(2)))
struct LyricsActivityTests {
    /// Answers what it is told and checks that the audio is there.
    struct Provider: LyricsProvider {
        let outcome: LyricsOutcome

        func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome {
            let path = try #require(request.audio.filePath)
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(request.artistLyrics == "one two\nthree four")
            #expect(request.artist == "Nina")
            #expect(request.audio.mimeType == "audio/wav")
            #expect(request.durationMilliseconds == 3000)
            return outcome
        }
    }

    private static let synced = SyncedLyrics(
        language: "en",
        source: LyricsSource(provider: .aligner, explanation: "Aligned."),
        lines: [LyricsLine(startMs: 0, endMs: 900, text: "one two", timing: .aligned)]
    )

    private func measured() async throws -> ActivityBench {
        let bench = try await ActivityBench()
        let source = try await bench.upload(tone(seconds: 3))
        let id = try #require(ActivityBench.trackID)
        try await bench.database.write { db in
            var facts = AudioFacts()
            facts.durationSeconds = 3
            try Catalog.setAudioFacts(facts, of: id, at: Date(), in: db)
            let object = ObjectFacts(etag: source.entityTag, byteCount: Int64(source.byteCount))
            try Catalog.seal(UploadID(audioOf: id), as: object, at: Date(), in: db)
        }
        return bench
    }

    private func synchronize(_ outcome: LyricsOutcome, _ bench: ActivityBench) async throws -> SynchronizeLyrics.Output
    {
        let activity = SynchronizeLyricsActivity(
            provider: Provider(outcome: outcome),
            store: bench.store,
            database: bench.database,
            jobRoot: bench.jobs
        )
        return try await bench.run(activity, ActivityBench.reference)
    }

    private func lyrics(_ bench: ActivityBench) async throws -> TrackLyrics? {
        let id = try #require(ActivityBench.trackID)
        return try await bench.database.read { try Catalog.lyrics(of: id, in: $0) }
    }

    @Test("lyrics go from pending to completed, and the artist hears of it once")
    func completes() async throws {
        let bench = try await measured()
        try await bench.run(BeginLyricsActivity(), ActivityBench.reference)
        #expect(try await lyrics(bench)?.status == .pending)
        let output = try await synchronize(.synced(Self.synced), bench)
        for _ in 0..<2 {
            try await bench.run(
                StoreLyricsActivity(),
                .init(trackID: ActivityBench.track, lyrics: output, failure: nil)
            )
        }
        let stored = try await lyrics(bench)
        #expect(stored?.status == .completed)
        #expect(stored?.document?.lines.map(\.text) == ["one two"])
        #expect(stored?.provider == "aligner")
        #expect(try await bench.notifications() == [.lyricsReady])
        #expect(bench.jobsLeft.isEmpty)
    }

    @Test("no lyrics are recorded as such, never invented")
    func records() async throws {
        let bench = try await measured()
        let output = try await synchronize(.noLyrics(reason: "the artist gave no lyrics"), bench)
        try await bench.run(StoreLyricsActivity(), .init(trackID: ActivityBench.track, lyrics: output, failure: nil))
        let stored = try await lyrics(bench)
        #expect(stored?.status == .failed)
        #expect(stored?.document == nil)
        #expect(stored?.reason == "the artist gave no lyrics")
        #expect(try await bench.notifications().isEmpty)
    }

    @Test("lines that the rules object to are marked for the admin")
    func marks() async throws {
        let bench = try await measured()
        try await bench.run(BeginLyricsActivity(), ActivityBench.reference)
        let lines = ["a harmless line", "holy shit"].enumerated().map { index, text in
            LyricsLine(startMs: index * 100, endMs: index * 100 + 99, text: text, timing: .model)
        }
        let source = LyricsSource(provider: .gemini, model: "m", explanation: "timed by the model")
        let output = try await synchronize(.synced(SyncedLyrics(language: "en", source: source, lines: lines)), bench)
        try await bench.run(StoreLyricsActivity(), .init(trackID: ActivityBench.track, lyrics: output, failure: nil))
        #expect(try await bench.track()?.contentFlags.map(\.field) == ["lines/1"])
    }

    @Test("hostile lyrics are stored as text, and no row besides the lyrics, their inbox and audit changes")
    func touchesNothingElse() async throws {
        let bench = try await measured()
        try await bench.run(BeginLyricsActivity(), ActivityBench.reference)
        let hostile = [
            "<script>alert(1)</script>", "'; DROP TABLE track; --", "status: PUBLISHED", "https://evil.example/x",
            "{\"trackID\":\"track-002\",\"role\":\"admin\"}",
        ]
        let lines = hostile.enumerated().map { index, text in
            LyricsLine(startMs: index * 100, endMs: index * 100 + 99, text: text, timing: .model)
        }
        let source = LyricsSource(provider: .gemini, model: "m", explanation: hostile[0])
        let before = try await rows(bench)
        let output = try await synchronize(.synced(SyncedLyrics(language: "en", source: source, lines: lines)), bench)
        try await bench.run(StoreLyricsActivity(), .init(trackID: ActivityBench.track, lyrics: output, failure: nil))
        #expect(try await rows(bench) == before)
        #expect(try await lyrics(bench)?.document?.lines.map(\.text) == hostile)
        #expect(try await lyrics(bench)?.document?.lines.allSatisfy { $0.timing == .model } == true)
        #expect(try await bench.track()?.status == .pending)
    }

    /// Everything in the platform's tables that lyrics have no business with.
    private func rows(_ bench: ActivityBench) async throws -> [String] {
        try await bench.database.read { db in
            try ["user", "track", "trackDecision", "trackAudit", "uploadTicket", "playlist", "artistApplication"]
                .flatMap { table in
                    try Row.fetchAll(db, SQLRequest(sql: "SELECT * FROM \(table) ORDER BY 1")).map(\.description)
                }
        }
    }
}
