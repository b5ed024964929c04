import ActivityContracts
import AudioTranscoding
import CloudServices
import DurableSQLite
import Foundation
import GRDB
import Logging
import MizzoCatalog
import WorkflowEngine
import WorkflowTesting

/// A database, an object store and an engine in a temporary folder that goes with the bench.
final class ActivityBench: Sendable {
    static let track = "track-001"
    static let trackID = TrackID(rawValue: track)
    static let reference = TrackReference(trackID: track)

    let folder: String
    let database: DurableDatabase
    let workflows: WorkflowDatabase
    let store: FileObjectStore

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try DurableDatabase.open(DurableDatabase.Configuration(path: "\(folder)/db.sqlite"))
        var migrator = DatabaseMigrator()
        CloudMigrations.registerMigrations(in: &migrator)
        Catalog.registerMigrations(in: &migrator)
        workflows = try await WorkflowDatabase.open(database, applicationMigrations: migrator)
        store = try FileObjectStore(
            configuration: FileObjectStore.Configuration(
                root: "\(folder)/objects",
                bucket: BucketName("mizzo"),
                endpoint: ServiceEndpoint(scheme: .http, host: "127.0.0.1", port: 9000),
                credentials: AWSCredentials(accessKeyID: "a", secretAccessKey: "b")
            ),
            database: database
        )
        try await register()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var jobs: String { "\(folder)/jobs" }
    var jobsLeft: [String] { (try? FileManager.default.contentsOfDirectory(atPath: jobs)) ?? [] }

    /// An artist, a ticket and a registered track with two lines of lyrics.
    private func register() async throws {
        try await database.write { db in
            let (artist, now) = (UserID(rawValue: "nina"), Date(timeIntervalSince1970: 1_800_000_000))
            let id = try Self.id()
            try Catalog.putUser(artist, role: .artist, name: "Nina", at: now, in: db)
            try Catalog.putUser(UserID(rawValue: "ada"), role: .admin, name: "Ada", at: now, in: db)
            let ticket = UploadTicket(
                id: UploadID(audioOf: id),
                owner: artist,
                kind: .audio,
                key: MediaKeys.rawTrack(id),
                contentType: "audio/mpeg",
                byteCountMax: 10_000_000,
                expiresAt: now + 3600
            )
            try Catalog.issue(ticket, at: now, in: db)
            let details = TrackDetails(
                title: "Song",
                language: "english",
                duration: 3,
                tags: [],
                lyricsText: "one two\nthree four"
            )
            try Catalog.registerTrack(id, owner: artist, details: details, registration: "{}", at: now, in: db)
        }
    }

    private static func id() throws -> TrackID {
        guard let trackID else { throw CancellationError() }
        return trackID
    }

    func upload(_ bytes: [UInt8]) async throws -> UploadedObject {
        let key = "raw-track/\(Self.track).mp3"
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(bytes)
            stream.finish()
        }
        let info = try await store.put(ObjectKey(key), body: body, options: PutOptions(contentType: "audio/mpeg"))
        return UploadedObject(key: key, entityTag: info.etag, byteCount: bytes.count)
    }

    func move(to statuses: TrackStatus...) async throws {
        try await database.write { db in
            for status in statuses {
                try Catalog.moveTrack(try Self.id(), to: status, by: .publishing, at: Date(), in: db)
            }
        }
    }

    func track() async throws -> Track? {
        try await database.read { try Catalog.track(try Self.id(), in: $0) }
    }

    func notifications() async throws -> [NotificationKind] {
        try await database.read {
            try Catalog.inbox(of: UserID(rawValue: "nina"), after: nil, limit: 100, in: $0).map(\.kind)
        }
    }

    // MARK: Running one activity

    /// Runs the activity in a workflow of its own, as a worker would.
    func run<A: Activity>(_ activity: A, _ input: A.Contract.Input) async throws -> A.Contract.Output {
        try await once(A.Contract.self, input, [activity], [])
    }

    /// Runs the activity in a workflow of its own, as a worker would.
    @discardableResult
    func run<A: TransactionalActivity>(_ activity: A, _ input: A.Contract.Input) async throws -> A.Contract.Output {
        try await once(A.Contract.self, input, [], [activity])
    }

    private func once<Contract: ActivityContract>(
        _ contract: Contract.Type,
        _ input: Contract.Input,
        _ activities: [any Activity],
        _ transactional: [any TransactionalActivity]
    ) async throws -> Contract.Output {
        try await TestEnvironment.run(
            database: workflows,
            configuration: WorkerConfiguration(
                activitySlots: [.default: 1, TranscodeTrack.queue: 1, SynchronizeLyrics.queue: 1],
                drainTimeout: .zero
            ),
            workflows: [Once<Contract>.self],
            activities: activities,
            transactionalActivities: transactional
        ) { test in
            let id = WorkflowID(UUID().uuidString)
            let run = try await test.client.start(Once<Contract>.self, id: id, input: input)
            return try await test.resultSkippingTime(of: run)
        }
    }
}

/// A workflow of one activity.
struct Once<Contract: ActivityContract>: Workflow {
    static var name: String { "Once\(Contract.name)" }

    func run(_ workflow: WorkflowContext, input: Contract.Input) async throws -> Contract.Output {
        try await workflow.execute(Contract.self, input)
    }
}

extension WorkflowEndedError {
    /// The message and type of the application failure at the end of the chain.
    var reason: (message: String, type: String)? {
        for link in failure?.chain ?? [] {
            if case .application(let info) = link.kind { return (link.message, info.type) }
        }
        return nil
    }
}

/// Seconds of a 440 Hz tone as a WAV file.
func tone(seconds: Int) -> [UInt8] {
    let rate = 8000
    func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
    let samples = (0..<rate * seconds).flatMap { little(Int(8000 * sin(2 * .pi * 440 * Double($0) / Double(rate))), 2) }
    return Array("RIFF".utf8) + little(36 + samples.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
        + little(1, 2) + little(1, 2) + little(rate, 4) + little(2 * rate, 4) + little(2, 2) + little(16, 2)
        + Array("data".utf8) + little(samples.count, 4) + samples
}
