import Foundation
import GRDB
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// The kinds of things that admins review, as their paths name them.
enum ReviewKind: String, CaseIterable, Sendable {
    case track
    case playlist
    case application = "artist-application"

    /// Where its routes for admins begin.
    var admin: String { "/admin/\(rawValue)" }

    /// Who owns what ``Platform/reviewed(_:at:)`` makes.
    var owner: Person { self == .application ? .listener : .artist }

    /// What its routes do.
    var verbs: [ReviewVerb] { self == .application ? [.approve, .reject] : ReviewVerb.allCases }
}

extension ReviewVerb {
    /// Where something stands that this can be done to.
    var from: String {
        switch self {
        case .approve, .reject: "REVIEWING"
        case .block: "PUBLISHED"
        case .unblock: "BLOCKED"
        }
    }
}

extension Platform {
    /// The artist's playlist, walked to `status` by legal moves.
    @discardableResult
    func playlist(_ name: String = "playlist-0001", at status: PlaylistStatus = .reviewing) throws -> PlaylistID {
        let id = try #require(PlaylistID(rawValue: name))
        try database.queue.write { db in
            let content = PlaylistContent(title: "Mix")
            _ = try Catalog.createPlaylist(id, owner: Person.artist.id, content: content, at: now, in: db)
            try Catalog.movePlaylist(id, to: status, by: .reviewing, at: now, in: db)
        }
        return id
    }

    /// The listener's application.
    @discardableResult
    func application(_ name: String = "application-0001") throws -> ApplicationID {
        let id = try #require(ApplicationID(rawValue: name))
        try database.queue.write { db in
            let form = ApplicationForm(artistName: "Lou Reedy", statement: "I play the saw.")
            _ = try Catalog.apply(id, applicant: Person.listener.id, form: form, at: now, in: db)
        }
        return id
    }

    /// Something of this kind that stands where the verb begins.
    func reviewed(_ kind: ReviewKind, for verb: ReviewVerb) throws -> String {
        switch kind {
        case .track: try track(at: #require(TrackStatus(rawValue: verb.from))).rawValue
        case .playlist: try playlist(at: #require(PlaylistStatus(rawValue: verb.from))).rawValue
        case .application: try application().rawValue
        }
    }

    /// Makes every insert into a table fail, as if the process died there.
    func breakInserts(into table: String) throws {
        try database.queue.write { db in
            let trigger = "CREATE TRIGGER crash BEFORE INSERT ON \(table) BEGIN SELECT RAISE(ABORT, 'crash'); END"
            try db.execute(sql: trigger)
        }
    }

    /// Rows of a table, which may be followed by a condition.
    func count(_ sql: String) throws -> Int {
        try database.queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(sql)") ?? -1 }
    }
}
