import CloudServices
import DurableSQLite
import Foundation
import MizzoCatalog
import ServiceLifecycle

@testable import MizzoPlatform

/// What artists, admins and workers do, without the API.
extension PlatformFixture {
    static let artist = UserID(rawValue: "nina")

    /// Five seconds of a tone as a WAV file.
    static let audio: [UInt8] = {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let samples = (0..<40_000).flatMap { little(Int(8000 * sin(Double($0) / 3)), 2) }
        return Array("RIFF".utf8) + little(36 + samples.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
            + little(1, 2) + little(1, 2) + little(8000, 4) + little(16_000, 4) + little(2, 2) + little(16, 2)
            + Array("data".utf8) + little(samples.count, 4) + samples
    }()

    /// Puts an object as the platform itself would.
    func put(_ key: String, _ bytes: [UInt8]) async throws {
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(bytes)
            stream.finish()
        }
        try await platform.objects.put(ObjectKey(key), body: body, options: PutOptions(contentType: "audio/mpeg"))
    }

    /// What a bucket says of the upload with a number.
    static func uploadEvent(_ number: Int, bucket: String = "mizzo") -> String {
        """
        {"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"\(bucket)"},\
        "object":{"key":"raw-track/track-\(100 + number).mp3","size":\(number),"eTag":"e\(number)","sequencer":"0A"}}}]}
        """
    }

    /// A ticket and a registered track of a new artist.
    func register(_ id: TrackID) async throws {
        try await platform.putUser("nina", role: .artist, name: "Nina")
        try await platform.putUser("ada", role: .admin, name: "Ada")
        let publishing = platform.publishing
        try await platform.database.write { db in
            let now = Date()
            try Catalog.issue(Self.ticket(id, now), at: now, in: db)
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

    private static func ticket(_ id: TrackID, _ now: Date) -> UploadTicket {
        UploadTicket(
            id: UploadID(audioOf: id),
            owner: artist,
            kind: .audio,
            key: MediaKeys.rawTrack(id),
            contentType: "audio/mpeg",
            byteCountMax: 1_000_000,
            expiresAt: now + 3600
        )
    }

    /// An admin's approval.
    func approve(_ id: TrackID) async throws {
        let (publishing, ada) = (platform.publishing, UserID(rawValue: "ada"))
        try await platform.database.write { db in
            let verdict = ReviewDecision(approved: true, reason: nil, admin: ada, decidedAt: Date())
            try Catalog.decide(id, verdict, in: db)
            try publishing.reviewDecided(id, approved: true, reason: nil, by: ada, in: db)
        }
    }

    /// Where the track and its lyrics are.
    func status(_ id: TrackID) async throws -> (TrackStatus?, LyricsStatus?) {
        try await platform.database.read {
            (try Catalog.track(id, in: $0)?.status, try Catalog.lyrics(of: id, in: $0)?.status)
        }
    }

    /// Runs a worker while `body` runs.
    func working(_ body: (WorkerServices) async throws -> Void) async throws {
        let worker = try await platform.workerServices()
        let running = worker.start()
        let result: Result<Void, any Error>
        do { result = .success(try await body(worker)) } catch { result = .failure(error) }
        running.cancel()
        _ = await running.result
        await platform.close()
        try result.get()
    }
}

extension WorkerServices {
    /// Runs until the task is cancelled, which is a graceful shutdown.
    func start() -> Task<Void, any Error> {
        Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                try await group.waitForAll()
            }
        }
    }
}
