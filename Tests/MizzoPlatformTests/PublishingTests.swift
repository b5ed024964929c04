import CloudServices
import DurableSQLite
import Foundation
import MizzoCatalog
import ServiceLifecycle
import Testing

@testable import MizzoPlatform

@Suite("From upload to publication", .timeLimit(.minutes(3)))
struct PublishingTests {
    private static let artist = UserID(rawValue: "nina")

    /// Five seconds of a tone as a WAV file.
    private static let audio: [UInt8] = {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let samples = (0..<40_000).flatMap { little(Int(8000 * sin(Double($0) / 3)), 2) }
        return Array("RIFF".utf8) + little(36 + samples.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
            + little(1, 2) + little(1, 2) + little(8000, 4) + little(16_000, 4) + little(2, 2) + little(16, 2)
            + Array("data".utf8) + little(samples.count, 4) + samples
    }()

    private func register(_ id: TrackID, on platform: Platform) async throws {
        try await platform.putUser("nina", role: .artist, name: "Nina")
        try await platform.putUser("ada", role: .admin, name: "Ada")
        let publishing = platform.publishing
        try await platform.database.write { db in
            let now = Date()
            let ticket = UploadTicket(
                id: UploadID(audioOf: id),
                owner: Self.artist,
                kind: .audio,
                key: MediaKeys.rawTrack(id),
                contentType: "audio/mpeg",
                byteCountMax: 1_000_000,
                expiresAt: now + 3600
            )
            try Catalog.issue(ticket, at: now, in: db)
            let details = TrackDetails(
                title: "Tone",
                language: "finnish",
                duration: 5,
                tags: [],
                lyricsText: "yksi kaksi\nkolme"
            )
            try Catalog.registerTrack(id, owner: Self.artist, details: details, registration: "{}", at: now, in: db)
            try publishing.trackRegistered(id, in: db)
        }
    }

    private func approve(_ id: TrackID, on platform: Platform) async throws {
        let (publishing, ada) = (platform.publishing, UserID(rawValue: "ada"))
        try await platform.database.write { db in
            let verdict = ReviewDecision(approved: true, reason: nil, admin: ada, decidedAt: Date())
            try Catalog.decide(id, verdict, in: db)
            try publishing.reviewDecided(id, approved: true, reason: nil, by: ada, in: db)
        }
    }

    private func status(_ id: TrackID, _ platform: Platform) async throws -> (TrackStatus?, LyricsStatus?) {
        try await platform.database.read {
            (try Catalog.track(id, in: $0)?.status, try Catalog.lyrics(of: id, in: $0)?.status)
        }
    }

    @Test("a short file becomes a published track with lyrics, and the artist hears of each step once")
    func publishes() async throws {
        let fixture = try await PlatformFixture()
        let platform = fixture.platform
        let id = try #require(TrackID(rawValue: "track-001"))
        let worker = try await platform.workerServices()
        let running = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in worker.services { group.addTask { try await service.run() } }
                try await group.waitForAll()
            }
        }
        try await register(id, on: platform)
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(Self.audio)
            stream.finish()
        }
        try await platform.objects.put(
            ObjectKey(MediaKeys.rawTrack(id)),
            body: body,
            options: PutOptions(contentType: "audio/mpeg")
        )
        worker.uploadArrived()

        try await fixture.until { try await status(id, platform) == (.reviewing, .completed) }
        try await approve(id, on: platform)
        try await fixture.until { try await status(id, platform).0 == .published }

        let kinds = try await platform.database.read {
            try Catalog.inbox(of: Self.artist, after: nil, limit: 100, in: $0).map(\.kind.rawValue).sorted()
        }
        #expect(kinds == ["lyrics-ready", "track-published", "track-reviewing"])
        let master = try await platform.objects.head(ObjectKey(MediaKeys.transcoded(id, file: "master.m3u8")))
        #expect(master.contentType == "application/vnd.apple.mpegurl")
        running.cancel()
        _ = await running.result
        await platform.close()
    }
}
