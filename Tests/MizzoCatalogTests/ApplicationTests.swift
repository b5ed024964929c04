import Foundation
import GRDB
import MizzoCatalog
import Testing

@Suite("Artist applications and reminders")
struct ApplicationTests {
    private static let now = CatalogFixture.now
    private static let listener = UserID(rawValue: "listener-1")

    private func fixture() throws -> CatalogFixture {
        let fixture = try CatalogFixture()
        try fixture.queue.write { db in
            try Catalog.putUser(Self.listener, role: .listener, name: "Lou", at: Self.now, in: db)
        }
        return fixture
    }

    private func apply(
        _ name: String = "application-1",
        as user: UserID = listener,
        in fixture: CatalogFixture
    ) throws -> ArtistApplication {
        let id = try #require(ApplicationID(rawValue: name))
        let form = ApplicationForm(artistName: "Lou Reedy", statement: "I play.")
        return try fixture.queue.write { db in
            try Catalog.apply(id, applicant: user, form: form, at: Self.now, in: db)
        }
    }

    private func verdict(_ approved: Bool) -> ReviewDecision {
        ReviewDecision(approved: approved, reason: "Because.", admin: CatalogFixture.admin, decidedAt: Self.now)
    }

    private func inbox(_ user: UserID, _ fixture: CatalogFixture) throws -> [NotificationKind] {
        try fixture.queue.read { try Catalog.inbox(of: user, after: nil, limit: 50, in: $0).map(\.kind) }
    }

    @Test("an approval makes an artist, a rejection leaves a listener who may apply again", arguments: [true, false])
    func verdicts(approved: Bool) throws {
        let fixture = try fixture()
        let application = try apply(in: fixture)
        try fixture.queue.write { db in
            _ = try Catalog.decideApplication(application.id, verdict(approved), in: db)
            for _ in 0..<2 {
                try Catalog.applyApplicationDecision(application.id, verdict(approved), at: Self.now, in: db)
            }
            let user = try Catalog.user(Self.listener, in: db)
            #expect(user?.role == (approved ? .artist : .listener))
            #expect(user?.name == (approved ? "Lou Reedy" : "Lou"))
            let late = #expect(throws: CatalogError.self) {
                try Catalog.decideApplication(application.id, verdict(!approved), in: db)
            }
            #expect(late?.code == "artist-application-already-decided")
        }
        #expect(try inbox(Self.listener, fixture) == [approved ? .applicationApproved : .applicationRejected])
        if approved {
            let again = #expect(throws: CatalogError.self) { try apply("application-2", in: fixture) }
            #expect(again?.code == "artist-application-not-possible")
        } else {
            #expect(try apply("application-2", in: fixture).status == .reviewing)
        }
    }

    @Test("there is one open application per listener, and none of artists and admins")
    func onePerListener() throws {
        let fixture = try fixture()
        _ = try apply(in: fixture)
        for user in [Self.listener, CatalogFixture.artist, CatalogFixture.admin] {
            let refused = #expect(throws: CatalogError.self) { try apply("application-2", as: user, in: fixture) }
            #expect(refused?.code == "artist-application-not-possible")
        }
    }

    @Test("an application is edited until it is decided, against the version that was read")
    func edits() throws {
        let fixture = try fixture()
        let application = try apply(in: fixture)
        let form = ApplicationForm(artistName: "Lou", statement: "Better.")
        func edit(_ expected: Int64) throws -> ArtistApplication {
            try fixture.queue.write { db in
                try Catalog.editApplication(
                    application.id,
                    form: form,
                    flags: [],
                    expected: expected,
                    at: Self.now,
                    in: db
                )
            }
        }
        #expect(try edit(1).form == form)
        let stale = #expect(throws: CatalogError.self) { try edit(1) }
        #expect(stale?.code == "artist-application-version-stale")
        try fixture.queue.write { db in _ = try Catalog.decideApplication(application.id, verdict(true), in: db) }
        let decided = #expect(throws: CatalogError.self) { try edit(2) }
        #expect(decided?.code == "artist-application-already-decided")
    }

    /// Adds an admin, and one who is locked out.
    private func admins(in fixture: CatalogFixture) throws -> UserID {
        let (cat, locked) = (UserID(rawValue: "admin-2"), UserID(rawValue: "admin-3"))
        try fixture.queue.write { db in
            try Catalog.putUser(cat, role: .admin, name: "Cat", at: Self.now, in: db)
            try Catalog.putUser(locked, role: .admin, name: "Dan", at: Self.now, in: db)
            try Catalog.setUser(locked, disabled: true, at: Self.now, in: db)
        }
        return cat
    }

    @Test("every admin is reminded once per occasion, and nobody once the review is decided")
    func reminders() throws {
        let fixture = try fixture()
        let application = try apply(in: fixture)
        let (ben, cat) = (CatalogFixture.admin, try admins(in: fixture))
        func remind(_ subject: CatalogSubject, _ reminder: ReviewReminder) throws -> Bool {
            try fixture.queue.write { db in
                try Catalog.remindReviewers(of: subject, round: 1, reminder, at: Self.now, in: db)
            }
        }
        for reminder in [ReviewReminder.reminder(1), .reminder(1), .reminder(2), .escalation] {
            #expect(try remind(.application(application.id), reminder))
        }
        let expected: [NotificationKind] = [.reviewEscalated, .reviewReminder, .reviewReminder]
        #expect(try inbox(ben, fixture) == expected)
        #expect(try inbox(cat, fixture) == expected)
        #expect(try inbox(UserID(rawValue: "admin-3"), fixture).isEmpty)
        try fixture.queue.write { db in _ = try Catalog.decideApplication(application.id, verdict(true), in: db) }
        #expect(try remind(.application(application.id), .reminder(3)) == false)
        let published = try fixture.track(at: .published)
        #expect(try remind(.track(published), .reminder(1)) == false)
        let waiting = try fixture.track("track-0002", at: .reviewing)
        #expect(try remind(.track(waiting), .reminder(1)))
    }
}
