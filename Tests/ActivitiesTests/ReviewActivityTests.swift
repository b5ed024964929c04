import Activities
import ActivityContracts
import DurableSQLite
import Foundation
import GRDB
import MizzoCatalog
import Testing
import WorkflowEngine

@Suite("Reviews carried out by workflows", .timeLimit(.minutes(2)))
struct ReviewActivityTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let nina = UserID(rawValue: "nina")

    private func decision(_ approved: Bool) -> ActivityContracts.ReviewDecision {
        .init(approved: approved, reason: nil, administrator: "ada")
    }

    @Test("a playlist's verdict is carried out once, whoever repeats it", arguments: [true, false])
    func playlist(approved: Bool) async throws {
        let bench = try await ActivityBench()
        let id = try #require(PlaylistID(rawValue: "playlist-1"))
        try await bench.database.write { db in
            let content = PlaylistContent(title: "Mix")
            _ = try Catalog.createPlaylist(id, owner: Self.nina, content: content, at: Self.now, in: db)
        }
        let review = ReviewReference(kind: .playlist, id: id.rawValue)
        for _ in 0..<2 {
            try await bench.run(ApplyDecisionActivity(), .init(review: review, decision: decision(approved)))
        }
        let status = try await bench.database.read { try Catalog.playlist(id, in: $0)?.status }
        #expect(status == (approved ? .published : .blocked))
        #expect(
            try await bench.notifications() == [approved ? .playlistPublished : .playlistBlocked, .playlistReviewing]
        )
    }

    @Test("an approval makes the listener an artist in the transaction of the status")
    func application() async throws {
        let bench = try await ActivityBench()
        let (lou, id) = (UserID(rawValue: "lou"), try #require(ApplicationID(rawValue: "application-1")))
        try await bench.database.write { db in
            try Catalog.putUser(lou, role: .listener, name: "Lou", at: Self.now, in: db)
            let form = ApplicationForm(artistName: "Lou Reedy", statement: "Saw.")
            _ = try Catalog.apply(id, applicant: lou, form: form, at: Self.now, in: db)
        }
        let review = ReviewReference(kind: .application, id: id.rawValue)
        try await bench.run(ApplyDecisionActivity(), .init(review: review, decision: decision(true)))
        let role = try await bench.database.read { try Catalog.user(lou, in: $0)?.role }
        #expect(role == .artist)
    }

    @Test("admins are reminded of what waits; ids and kinds that make no sense are refused for good")
    func reminders() async throws {
        let bench = try await ActivityBench()
        try await bench.move(to: .processing, .reviewing)
        let review = ReviewReference(kind: .track, id: ActivityBench.track)
        for _ in 0..<2 { try await bench.run(RemindReviewersActivity(), .init(review: review, reminder: 1)) }
        try await bench.run(RemindReviewersActivity(), .init(review: review, reminder: nil))
        let told = try await bench.database.read {
            try Catalog.inbox(of: UserID(rawValue: "ada"), after: nil, limit: 9, in: $0).map(\.kind)
        }
        #expect(told == [.reviewEscalated, .reviewReminder])
        let nowhere = ReviewReference(kind: .track, id: "../etc")
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(RemindReviewersActivity(), .init(review: nowhere, reminder: 1))
        }
        #expect(error?.reason?.type == "review-id-not-valid")
        let wrong = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(ApplyDecisionActivity(), .init(review: review, decision: decision(true)))
        }
        #expect(wrong?.reason?.type == "review-kind-not-valid")
    }

    @Test("a ticket is void once it is abandoned; a registered one is not")
    func abandons() async throws {
        let bench = try await ActivityBench()
        let registered = try await bench.run(AbandonUploadActivity(), ActivityBench.reference)
        #expect(!registered.isAbandoned)
        let unknown = try await bench.run(AbandonUploadActivity(), TrackReference(trackID: "track-999"))
        #expect(unknown.isAbandoned)
    }
}
