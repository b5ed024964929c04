import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// The people of the tests; `stranger` sends no token.
enum Person: String, CaseIterable, Sendable {
    case listener, artist, rival, admin, secondAdmin, stranger

    var id: UserID { UserID(rawValue: "user-\(rawValue)") }
    var role: Role? {
        switch self {
        case .listener: .listener
        case .artist, .rival: .artist
        case .admin, .secondAdmin: .admin
        case .stranger: nil
        }
    }
}

/// The whole API over memory, with a clock that stands still until moved.
final class Platform: Sendable {
    static let start = Date(timeIntervalSince1970: 1_700_000_000)

    let database: QueueDatabase
    let media = MemoryMedia()
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    private let clock: ClockHand

    final class ClockHand: Sendable {
        let time = Mutex(Platform.start)
    }

    init(
        workflows: RecordingWorkflows = RecordingWorkflows(),
        objects: (any EmbeddedObjectRoutes)? = nil,
        limits: RateLimits = .unlimited,
        corsOrigins: Set<String> = [],
        streams: NotificationStreamLimits = Platform.shortStreams
    ) throws {
        database = QueueDatabase(queue: try Self.people())
        configuration = try Self.configuration(limits, corsOrigins, streams)
        let hand = ClockHand()
        clock = hand
        var wired = APIDependencies(
            database: database,
            workflows: workflows,
            media: media,
            objects: objects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        wired.now = { hand.time.withLock { $0 } }
        dependencies = wired
    }

    private static func people() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        Catalog.registerMigrations(in: &migrator)
        APIMigrations.registerMigrations(in: &migrator)
        try migrator.migrate(queue)
        try queue.write { db in
            try RecordingWorkflows.createTable(in: db)
            for person in Person.allCases {
                guard let role = person.role else { continue }
                try Catalog.putUser(person.id, role: role, name: person.rawValue, at: Self.start, in: db)
            }
        }
        return queue
    }

    /// Streams that end when they have told what there is.
    static var shortStreams: NotificationStreamLimits {
        var limits = NotificationStreamLimits()
        limits.lifetimeSeconds = 0
        return limits
    }

    private static func configuration(
        _ limits: RateLimits,
        _ origins: Set<String>,
        _ streams: NotificationStreamLimits
    ) throws -> APIConfiguration {
        var configuration = APIConfiguration(
            tokens: try TokenSettings(secret: TokenSecret(Array("a test secret of thirty-two bytes!".utf8))),
            bucket: "media"
        )
        configuration.rateLimits = limits
        configuration.corsOrigins = origins
        configuration.streams = streams
        return configuration
    }

    /// A hub of its own, for the routes' descriptions.
    var hub: NotificationHub { notificationHub(configuration: configuration, dependencies: dependencies) }

    func routes() throws -> RouteTable {
        try routeTable(configuration: configuration, dependencies: dependencies, hub: hub)
    }

    var now: Date { clock.time.withLock { $0 } }

    func pass(_ seconds: TimeInterval) { clock.time.withLock { $0 += seconds } }

    func token(of person: Person, role: Role? = nil) async throws -> String? {
        guard let own = person.role else { return nil }
        return try await TokenMint(settings: configuration.tokens)
            .mint(user: person.id, role: role ?? own, lifetime: 86_400, now: Self.start)
    }

    /// Runs `body` against the router, without a socket.
    func run(_ body: @Sendable @escaping (Caller) async throws -> Void) async throws {
        let application = try await buildApplication(configuration: configuration, dependencies: dependencies)
        try await application.test(.router) { client in
            try await body(Caller(platform: self, client: client))
        }
    }

    /// The artist's ticket for the audio of a track.
    func audioTicket(for id: TrackID) -> UploadTicket {
        UploadTicket(
            id: UploadID(audioOf: id),
            owner: Person.artist.id,
            kind: .audio,
            key: MediaKeys.rawTrack(id),
            contentType: "audio/mpeg",
            byteCountMax: 1000,
            expiresAt: now + 3600
        )
    }

    /// The artist's upload in parts, of which none has arrived; the key.
    @discardableResult
    func partedUpload(_ name: String, byteCount: Int64, partByteCount: Int64) throws -> String {
        let id = try #require(UploadID(rawValue: name))
        let key = MediaKeys.rawTrack(TrackID(of: id))
        let parts = UploadParts(storeUploadID: "of \(key)", byteCount: byteCount, partByteCount: partByteCount)
        try database.queue.write { db in
            let ticket = UploadTicket(
                id: id,
                owner: Person.artist.id,
                kind: .audio,
                key: key,
                contentType: "audio/mpeg",
                byteCountMax: byteCount,
                parts: parts,
                expiresAt: now + 3600
            )
            try Catalog.issue(ticket, at: now, in: db)
        }
        media.uploads.withLock { $0[key] = [] }
        return key
    }

    /// Registers a track of the artist and walks it to `status` by legal moves.
    @discardableResult
    func track(_ name: String = "track-0001", at status: TrackStatus = .pending) throws -> TrackID {
        let id = try #require(TrackID(rawValue: name))
        try database.queue.write { db in
            let ticket = audioTicket(for: id)
            try Catalog.issue(ticket, at: now, in: db)
            let details = TrackDetails(title: "Song", language: "english", duration: 180, tags: ["rock"])
            try Catalog.registerTrack(
                id,
                owner: Person.artist.id,
                details: details,
                registration: "{}",
                at: now,
                in: db
            )
        }
        try walk(id, through: Self.way(to: status))
        return id
    }

    func walk(_ id: TrackID, through steps: [TrackStatus]) throws {
        try database.queue.write { db in
            for step in steps { try Catalog.moveTrack(id, to: step, by: .publishing, at: now, in: db) }
        }
    }

    func workflowCalls() throws -> [String] {
        try database.queue.read { db in
            try String.fetchAll(db, sql: "SELECT name || ' ' || trackID FROM workflowCall WHERE trackSeen = 1")
        }
    }

    private static func way(to status: TrackStatus) -> [TrackStatus] {
        switch status {
        case .pending: []
        case .processing: [.processing]
        case .reviewing: [.processing, .reviewing]
        case .published: [.processing, .reviewing, .published]
        case .blocked: [.processing, .reviewing, .blocked]
        case .failed: [.failed]
        }
    }
}
