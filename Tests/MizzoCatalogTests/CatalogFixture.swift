import Foundation
import GRDB
import MizzoCatalog
import Testing

/// An empty catalogue in memory with one user of each role.
struct CatalogFixture {
    static let artist = UserID(rawValue: "artist-1")
    static let admin = UserID(rawValue: "admin-1")
    static let now = Date(timeIntervalSince1970: 1_700_000_000)

    let queue: DatabaseQueue

    init() throws {
        queue = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        Catalog.registerMigrations(in: &migrator)
        try migrator.migrate(queue)
        try queue.write { db in
            try Catalog.putUser(Self.artist, role: .artist, name: "Ada", at: Self.now, in: db)
            try Catalog.putUser(Self.admin, role: .admin, name: "Ben", at: Self.now, in: db)
        }
    }

    /// Registers a track and walks it to `status` by legal moves.
    @discardableResult
    func track(_ name: String = "track-0001", at status: TrackStatus = .pending) throws -> TrackID {
        let id = try #require(TrackID(rawValue: name))
        try queue.write { db in
            let details = TrackDetails(title: "Song", language: "english", duration: 180, tags: ["rock"])
            try Catalog.registerTrack(
                id,
                owner: Self.artist,
                details: details,
                registration: "{}",
                at: Self.now,
                in: db
            )
            for step in Self.way(to: status) {
                try Catalog.moveTrack(id, to: step, by: .publishing, at: Self.now, in: db)
            }
        }
        return id
    }

    func inbox() throws -> [UserNotification] {
        try queue.read { db in try Catalog.inbox(of: Self.artist, after: nil, limit: 100, in: db) }
    }

    static func way(to status: TrackStatus) -> [TrackStatus] {
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
