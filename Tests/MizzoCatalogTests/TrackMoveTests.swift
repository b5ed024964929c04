import Foundation
import GRDB
import Testing

@testable import MizzoCatalog

/// The moves the platform's architecture allows, written down independently of the code.
private let legalMoves: Set<[TrackStatus]> = [
    [.pending, .processing], [.pending, .failed],
    [.processing, .reviewing], [.processing, .failed],
    [.reviewing, .published], [.reviewing, .blocked],
    [.published, .blocked], [.blocked, .published],
]

private let allPairs = TrackStatus.allCases.flatMap { from in TrackStatus.allCases.map { [from, $0] } }

@Suite("Track moves")
struct TrackMoveTests {
    @Test("every pair of states is legal, a no-op or refused, as the table says", arguments: allPairs)
    func transitionTable(pair: [TrackStatus]) throws {
        let (from, to) = (pair[0], pair[1])
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: from)
        let trail = try fixture.queue.read { db in try Catalog.auditTrail(of: id, in: db) }
        let inbox = try fixture.inbox()
        let result = Result {
            try fixture.queue.write { db in
                try Catalog.moveTrack(id, to: to, reason: "Because.", by: .publishing, at: CatalogFixture.now, in: db)
            }
        }
        let after = try fixture.queue.read { db in
            (try #require(try Catalog.track(id, in: db)), try Catalog.auditTrail(of: id, in: db))
        }
        if from == to {
            #expect(try result.get() == .unchanged)
        } else if legalMoves.contains(pair) {
            #expect(try result.get() == .moved(from: from, transition: try #require(after.1.last).id))
        } else {
            #expect(throws: refusal(of: id, from, to)) { try result.get() }
        }
        let moved = legalMoves.contains(pair)
        #expect(after.0.status == (moved ? to : from))
        #expect(after.1.count == trail.count + (moved ? 1 : 0))
        let notifies = moved && [.reviewing, .published, .blocked, .failed].contains(to)
        #expect(try fixture.inbox().count == inbox.count + (notifies ? 1 : 0))
    }

    private func refusal(of id: TrackID, _ from: TrackStatus, _ to: TrackStatus) -> CatalogError {
        .illegalMove(.track(id), from: from.rawValue, to: to.rawValue, exits: from.exits)
    }

    @Test("a refusal names the moves that are allowed")
    func refusalNamesAllowed() throws {
        let id = try #require(TrackID(rawValue: "track-0001"))
        for (from, to, names) in [
            (TrackStatus.processing, TrackStatus.published, "PROCESSING may become FAILED, REVIEWING"),
            (.failed, .pending, "FAILED is final"),
        ] {
            let error = #expect(throws: CatalogError.self) { try from.checkMove(to: to, of: .track(id)) }
            #expect(error?.description.contains(names) == true)
            #expect(error?.code == "track-illegal-move")
        }
    }

    @Test("a repeated move writes no second audit row and no second notification")
    func repeatedMove() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .reviewing)
        for _ in 0..<3 {
            try fixture.queue.write { db in
                _ = try Catalog.moveTrack(id, to: .reviewing, by: .publishing, at: CatalogFixture.now, in: db)
            }
        }
        #expect(try fixture.inbox().map(\.kind) == [.trackReviewing])
        #expect(try fixture.queue.read { db in try Catalog.auditTrail(of: id, in: db) }.count == 3)
    }

    @Test("blocking and unblocking again and again notifies every time")
    func everyTransitionNotifies() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .published)
        try fixture.queue.write { db in
            for status in [TrackStatus.blocked, .published, .blocked] {
                try Catalog.moveTrack(id, to: status, by: .publishing, at: CatalogFixture.now, in: db)
            }
        }
        let kinds = try fixture.inbox().map(\.kind)
        let expected: [NotificationKind] = [
            .trackBlocked, .trackPublished, .trackBlocked, .trackPublished, .trackReviewing,
        ]
        #expect(kinds == expected)
    }

    @Test("a move that is rolled back leaves neither status nor notification")
    func rollback() throws {
        struct Stop: Error {}
        let fixture = try CatalogFixture()
        let id = try fixture.track(at: .processing)
        #expect(throws: Stop.self) {
            try fixture.queue.write { db in
                try Catalog.moveTrack(id, to: .failed, reason: "Bad.", by: .publishing, at: CatalogFixture.now, in: db)
                throw Stop()
            }
        }
        #expect(try fixture.inbox().isEmpty)
        #expect(try fixture.queue.read { db in try Catalog.track(id, in: db)?.status } == .processing)
    }

    @Test("the reason reaches the track, the audit row and the notification")
    func reason() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track()
        let reason = "The upload never arrived."
        try fixture.queue.write { db in
            _ = try Catalog.moveTrack(id, to: .failed, reason: reason, by: .publishing, at: CatalogFixture.now, in: db)
        }
        try fixture.queue.read { db in
            #expect(try Catalog.track(id, in: db)?.statusReason == reason)
            let entry = try #require(try Catalog.auditTrail(of: id, in: db).last)
            #expect(entry.reason == reason)
            #expect(entry.actor == .publishing)
            #expect(entry.from == .pending)
        }
        #expect(try fixture.inbox().first?.body.hasSuffix(reason) == true)
    }

    @Test("progress only counts while processing, only forwards, and ends at 100")
    func progress() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track()
        func report(_ percent: Int) throws -> Int? {
            try fixture.queue.write { db in
                try Catalog.setProgress(percent, of: id, at: CatalogFixture.now, in: db)
                return try Catalog.track(id, in: db)?.progress
            }
        }
        #expect(try report(10) == 0)
        try fixture.queue.write { db in
            _ = try Catalog.moveTrack(id, to: .processing, by: .publishing, at: CatalogFixture.now, in: db)
        }
        #expect(try [40, 30, 250, -1].map { try report($0) } == [40, 40, 100, 100])
    }

    @Test("every change of a track changes its version")
    func versions() throws {
        let fixture = try CatalogFixture()
        let id = try fixture.track()
        let versions = try fixture.queue.write { db in
            var seen: [Int64?] = [try Catalog.track(id, in: db)?.version]
            try Catalog.moveTrack(id, to: .processing, by: .publishing, at: CatalogFixture.now, in: db)
            seen.append(try Catalog.track(id, in: db)?.version)
            try Catalog.setAudioFacts(AudioFacts(), of: id, at: CatalogFixture.now, in: db)
            seen.append(try Catalog.track(id, in: db)?.version)
            let edit = TrackEdit(title: "Other")
            try Catalog.editTrack(
                id,
                edit,
                flags: [],
                expected: 3,
                by: .publishing,
                at: CatalogFixture.now,
                in: db
            )
            seen.append(try Catalog.track(id, in: db)?.version)
            return seen
        }
        #expect(versions == [1, 2, 3, 4])
        #expect(throws: CatalogError.staleVersion(id, expected: 3, actual: 4)) {
            try fixture.queue.write { db in
                try Catalog.editTrack(
                    id,
                    TrackEdit(title: "Late"),
                    flags: [],
                    expected: 3,
                    by: .publishing,
                    at: CatalogFixture.now,
                    in: db
                )
            }
        }
    }
}
