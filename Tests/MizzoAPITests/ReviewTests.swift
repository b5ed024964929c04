import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("Review")
struct ReviewTests {
    @Test("of 100 concurrent verdicts one wins, the workflow hears of one, and the others learn what happened")
    func oneVerdict() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        try await platform.run { api in
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for number in 0..<100 {
                    let person: Person = number % 3 == 0 ? .secondAdmin : .admin
                    group.addTask {
                        number % 2 == 0
                            ? try await api.post("/admin/track/\(id)/approve", as: person)
                            : try await api.post(
                                "/admin/track/\(id)/reject",
                                as: person,
                                json: #"{"reason":"Silence."}"#
                            )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.status == .ok }.count == 1)
            for loser in answers where loser.status != .ok {
                try expectProblem(loser, .conflict, "track-already-decided")
            }
            #expect(try platform.workflowCalls().count == 1)
            let decision = try await platform.database.read { db in try Catalog.reviewDecision(on: id, in: db) }
            let expected = decision?.approved == true ? "approved \(id)" : "rejected \(id)"
            #expect(try platform.workflowCalls() == [expected])
        }
    }

    @Test("only a track under review can be decided", arguments: TrackStatus.allCases)
    func onlyReviewing(status: TrackStatus) async throws {
        let platform = try Platform()
        let id = try platform.track(at: status)
        try await platform.run { api in
            let response = try await api.post("/admin/track/\(id)/approve", as: .admin)
            if status == .reviewing {
                #expect(response.status == .ok)
                let view = try await api.get("/track/\(id)", as: .artist).object()
                #expect((view["review"] as? [String: Any])?["approved"] as? Bool == true)
            } else {
                try expectProblem(response, .conflict, "track-not-reviewable")
                #expect(response.text.contains(status.rawValue))
                #expect(try platform.workflowCalls().isEmpty)
            }
        }
    }

    @Test("a verdict that the workflow refuses is not recorded")
    func atomicity() async throws {
        let platform = try Platform(workflows: RecordingWorkflows(refuses: true))
        let id = try platform.track(at: .reviewing)
        try await platform.run { api in
            let response = try await api.post("/admin/track/\(id)/approve", as: .admin)
            try expectProblem(response, .internalServerError, "internal-error")
            #expect(try await platform.database.read { db in try Catalog.reviewDecision(on: id, in: db) } == nil)
        }
    }

    @Test("a stale If-Match is 412, the current one and none pass")
    func ifMatch() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        try await platform.run { api in
            let path = "/admin/track/\(id)/approve"
            let stale = try await api.send(.post, path, as: .admin, headers: [.ifMatch: "\"\(id).1\""])
            try expectProblem(stale, .preconditionFailed, "track-version-stale")
            #expect(try platform.workflowCalls().isEmpty)
            let tag = try #require(try await api.get("/track/\(id)", as: .admin).headers[.eTag])
            #expect(try await api.send(.post, path, as: .admin, headers: [.ifMatch: tag]).status == .ok)
        }
    }

    @Test(
        "a rejection needs a reason",
        arguments: [
            (nil, 415, "content-type-unsupported"), ("{}", 400, "json-invalid"),
            (#"{"reason":""}"#, 422, "validation-failed"),
            (#"{"reason":"x","approve":true}"#, 400, "json-invalid"), (#"{"reason":7}"#, 400, "json-invalid"),
        ] as [(String?, Int, String)]
    )
    func reasons(json: String?, status: Int, code: String) async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        try await platform.run { api in
            let response = try await api.post("/admin/track/\(id)/reject", as: .admin, json: json)
            try expectProblem(response, .init(code: status), code)
            #expect(try platform.workflowCalls().isEmpty)
        }
    }

    @Test("later moderation blocks and unblocks at once, and tells the artist")
    func moderation() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        try await platform.run { api in
            let reason = #"{"reason":"A complaint."}"#
            #expect(try await api.post("/admin/track/\(id)/block", as: .admin, json: reason).status == .ok)
            try expectProblem(try await api.get("/stream/\(id)"), .forbidden, "track-not-published")
            let again = try await api.post("/admin/track/\(id)/block", as: .admin, json: reason)
            try expectProblem(again, .conflict, "track-illegal-move")
            #expect(try await api.post("/admin/track/\(id)/unblock", as: .admin).string("status") == "PUBLISHED")
            let kinds = try await api.get("/notification", as: .artist).items().compactMap { $0["kind"] as? String }
            #expect(kinds == ["track-published", "track-blocked", "track-published", "track-reviewing"])
        }
    }

    @Test("the queue pages by cursor, oldest first, and a cursor works for its own list only")
    func queue() async throws {
        let platform = try Platform()
        for number in 1...5 {
            try platform.track("track-000\(number)", at: .reviewing)
            platform.pass(1)
        }
        try await platform.run { api in
            var seen: [String] = []
            var path: String? = "/admin/track?status=REVIEWING&limit=2"
            var cursors: [String] = []
            while let current = path {
                let page = try await api.get(current, as: .admin)
                seen += try page.items().compactMap { $0["id"] as? String }
                let next = try page.object()["next"] as? String
                cursors += next.map { [$0] } ?? []
                path = next.map { "/admin/track?status=REVIEWING&limit=2&cursor=\($0)" }
            }
            #expect(seen == (1...5).map { "track-000\($0)" })
            let cursor = try #require(cursors.first)
            for (misuse, person) in [
                ("/admin/track?cursor=\(cursor)", Person.secondAdmin),
                ("/admin/track?status=BLOCKED&cursor=\(cursor)", .admin), ("/track?cursor=\(cursor)", .artist),
                ("/admin/track?cursor=\(cursor)x", .admin), ("/admin/track?cursor=made.up", .admin),
                ("/admin/track?limit=0", .admin), ("/admin/track?limit=201", .admin), ("/admin/track?limit=a", .admin),
                ("/admin/track?status=reviewing", .admin),
            ] {
                try expectProblem(try await api.get(misuse, as: person), .badRequest, "parameter-invalid")
            }
        }
    }

    @Test("a metadata edit needs the current ETag, is audited and shows")
    func edits() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        try await platform.run { api in
            let path = "/admin/track/\(id)"
            let json = #"{"title":"New","tags":["jazz"],"lyrics":"la"}"#
            let blind = try await api.send(.put, path, as: .admin, json: json)
            try expectProblem(blind, .preconditionRequired, "if-match-required")
            let tag = try #require(try await api.get("/track/\(id)", as: .admin).headers[.eTag])
            let bad = #"{"title":"nigger"}"#
            let refused = try await api.send(.put, path, as: .admin, json: bad, headers: [.ifMatch: tag])
            try expectProblem(refused, .unprocessableContent, "validation-failed", pointer: "/title")
            let done = try await api.send(.put, path, as: .admin, json: json, headers: [.ifMatch: tag])
            #expect(try done.string("title") == "New")
            let second = try await api.send(.put, path, as: .secondAdmin, json: json, headers: [.ifMatch: tag])
            try expectProblem(second, .preconditionFailed, "track-version-stale")
            let trail = try await platform.database.read { db in try Catalog.auditTrail(of: id, in: db) }
            #expect(trail.last?.note == "edited title, tags, lyrics")
            #expect(trail.last?.actor == .user(Person.admin.id))
        }
    }
}
