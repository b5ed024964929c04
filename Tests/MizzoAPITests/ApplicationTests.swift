import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("Artist applications over HTTP")
struct ApplicationTests {
    private static let form = #"{"artistName":"Lou Reedy","statement":"I play the saw."}"#

    private func apply(_ api: Caller) async throws -> (id: String, tag: String) {
        let made = try await api.post("/artist-application", as: .listener, json: Self.form)
        #expect(made.status == .created, "\(made.text)")
        return (try made.string("id"), try #require(made.headers[.eTag]))
    }

    /// Carries an approval out, as the workflow does.
    private func carryOut(_ id: String, on platform: Platform) async throws {
        let application = try #require(ApplicationID(rawValue: id))
        try await platform.database.write { db in
            let (admin, now) = (Person.admin.id, Platform.start)
            let verdict = ReviewDecision(approved: true, reason: nil, admin: admin, decidedAt: now)
            try Catalog.applyApplicationDecision(application, verdict, at: now, in: db)
        }
    }

    @Test("a listener applies once, is approved, and is an artist from then on")
    func approval() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let (id, _) = try await apply(api)
            let second = try await api.post("/artist-application", as: .listener, json: Self.form)
            try expectProblem(second, .conflict, "artist-application-not-possible")
            #expect(try await api.get("/admin/artist-application", as: .admin).items().count == 1)
            #expect(try await api.post("/admin/artist-application/\(id)/approve", as: .admin).status == .ok)
            let reject = "/admin/artist-application/\(id)/reject"
            let late = try await api.post(reject, as: .secondAdmin, json: #"{"reason":"No."}"#)
            try expectProblem(late, .conflict, "artist-application-already-decided")
            #expect(try platform.calls(about: id) == ["applied", "approved"])
            try await carryOut(id, on: platform)
            #expect(try await api.get("/artist-application/\(id)", as: .listener).string("status") == "APPROVED")
            let token = try await platform.token(of: .listener, role: .artist)
            let upload = try await api.send(.get, "/track", token: "Bearer \(token ?? "")")
            #expect(upload.status == .ok, "\(upload.text)")
        }
    }

    @Test("of 40 concurrent verdicts one wins, and the workflow hears of one")
    func oneVerdict() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let (id, _) = try await apply(api)
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for number in 0..<40 {
                    let person: Person = number % 3 == 0 ? .secondAdmin : .admin
                    let (verdict, json) = number % 2 == 0 ? ("approve", nil) : ("reject", #"{"reason":"No."}"#)
                    group.addTask {
                        try await api.post("/admin/artist-application/\(id)/\(verdict)", as: person, json: json)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == .ok } == 1)
            for loser in answers where loser.status != .ok {
                try expectProblem(loser, .conflict, "artist-application-already-decided")
            }
            #expect(try platform.calls(about: id).count == 2)
        }
    }

    @Test("an application is its applicant's and the admins' business only")
    func foreign() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let (id, tag) = try await apply(api)
            for person in [Person.artist, .rival] {
                let seen = try await api.get("/artist-application/\(id)", as: person)
                try expectProblem(seen, .notFound, "artist-application-not-found")
            }
            for person in [Person.artist, .admin] {
                let path = "/artist-application/\(id)"
                let edit = try await api.send(.put, path, as: person, json: Self.form, headers: [.ifMatch: tag])
                try expectProblem(edit, .notFound, "artist-application-not-found")
            }
            let path = "/artist-application/\(id)"
            let blind = try await api.send(.put, path, as: .listener, json: Self.form)
            try expectProblem(blind, .preconditionRequired, "if-match-required")
            let edited = try await api.send(.put, path, as: .listener, json: Self.form, headers: [.ifMatch: tag])
            #expect(edited.status == .ok)
            let stale = try await api.send(.put, path, as: .listener, json: Self.form, headers: [.ifMatch: tag])
            try expectProblem(stale, .preconditionFailed, "artist-application-version-stale")
            let trail = try await api.get("/admin/artist-application/\(id)/audit", as: .admin).items()
            #expect(trail.map { $0["note"] as? String } == ["created", "edited"])
        }
    }
}
