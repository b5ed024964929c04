import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// One route of review.
struct ReviewCase: Sendable, CustomTestStringConvertible {
    let kind: ReviewKind
    let verb: ReviewVerb

    static let all = ReviewKind.allCases.flatMap { kind in kind.verbs.map { ReviewCase(kind: kind, verb: $0) } }

    var testDescription: String { "\(verb) \(kind)" }

    func path(_ id: String) -> String { "\(kind.admin)/\(id)/\(verb)" }

    /// A table with a row of what the verb did.
    var effect: String {
        let table = kind == .track ? "trackAudit" : "statusAudit"
        return "\(table) WHERE actor = 'user:user-admin'"
    }
}

@Suite("Review of every kind")
struct ReviewRouteTests {
    private static let reason = #"{"reason":"Said so."}"#

    @Test("who, when and why is in the audit for every verb on every kind", arguments: ReviewCase.all)
    func audit(of test: ReviewCase) async throws {
        let platform = try Platform()
        let id = try platform.reviewed(test.kind, for: test.verb)
        platform.pass(60)
        try await platform.run { api in
            let done = try await api.post(test.path(id), as: .admin, json: Self.reason)
            #expect(done.status == .ok, "\(done.text)")
            let last = try #require(try await api.get("\(test.kind.admin)/\(id)/audit", as: .admin).items().last)
            #expect(last["actor"] as? String == "user:user-admin")
            #expect(last["reason"] as? String == "Said so.")
            #expect(last["at"] as? String == "2023-11-14T22:14:20.000Z")
            #expect(last["from"] as? String == test.verb.from)
            let after = ["block": "BLOCKED", "unblock": "PUBLISHED"][test.verb.rawValue] ?? "REVIEWING"
            #expect(last["to"] as? String == after)
            guard test.verb == .block || test.verb == .unblock else { return }
            let told = try await api.get("/notification", as: test.kind.owner).items().first?["body"] as? String
            #expect(told?.hasSuffix("Said so.") == true)
        }
    }

    @Test("what is allowed needs no reason: no body, an empty one, and one without it", arguments: ReviewCase.all)
    func optionalReasons(of test: ReviewCase) async throws {
        for json in [nil, "", "{}", #"{"reason":null}"#] {
            let platform = try Platform()
            let id = try platform.reviewed(test.kind, for: test.verb)
            try await platform.run { api in
                let answer = try await api.post(test.path(id), as: .admin, json: json)
                let isFine = !test.verb.needsReason
                #expect((answer.status == .ok) == isFine, "\(json ?? "nothing"): \(answer.text)")
                #expect(try platform.count(test.effect) == (isFine ? 1 : 0))
            }
        }
    }

    @Test("a reason that is sent is checked, whether it is needed or not", arguments: ReviewCase.all)
    func badReasons(of test: ReviewCase) async throws {
        let platform = try Platform()
        let id = try platform.reviewed(test.kind, for: test.verb)
        let long = String(repeating: "x", count: 501)
        try await platform.run { api in
            for (json, status, code) in [
                (#"{"reason":" "}"#, 422, "validation-failed"), (#"{"reason":"\#(long)"}"#, 422, "validation-failed"),
                (#"{"reason":"a\nb"}"#, 422, "validation-failed"), (#"{"reason":7}"#, 400, "json-invalid"),
                (#"{"because":"x"}"#, 400, "json-invalid"), ("no", 400, "json-invalid"),
            ] {
                let answer = try await api.post(test.path(id), as: .admin, json: json)
                try expectProblem(answer, .init(code: status), code)
            }
            let form: HTTPFields = [.contentType: "text/plain"]
            let text = try await api.send(.post, test.path(id), as: .admin, json: Self.reason, headers: form)
            try expectProblem(text, .unsupportedMediaType, "content-type-unsupported")
            #expect(try platform.count(test.effect) == 0)
        }
    }

    @Test("a stale If-Match is 412 and changes nothing; the current one passes", arguments: ReviewCase.all)
    func ifMatch(of test: ReviewCase) async throws {
        let platform = try Platform()
        let id = try platform.reviewed(test.kind, for: test.verb)
        try await platform.run { api in
            func send(_ tag: String) async throws -> TestResponse {
                try await api.send(.post, test.path(id), as: .admin, json: Self.reason, headers: [.ifMatch: tag])
            }
            let stale = try await send("\"\(id).0\"")
            try expectProblem(stale, .preconditionFailed, "\(test.kind.rawValue)-version-stale")
            #expect(try platform.count(test.effect) == 0 && platform.workflowCalls().isEmpty)
            let tag = try await api.get("/\(test.kind.rawValue)/\(id)", as: .admin).headers[.eTag]
            #expect(try await send(#require(tag)).status == .ok)
            // Whoever comes late hears what was decided, not that something has changed.
            let late = try await send("\"\(id).0\"")
            #expect(late.status == .conflict, "\(late.text)")
        }
    }

    @Test("a change whose audit row cannot be written does not happen", arguments: ReviewCase.all)
    func oneTransaction(of test: ReviewCase) async throws {
        let platform = try Platform()
        let id = try platform.reviewed(test.kind, for: test.verb)
        try platform.breakInserts(into: test.kind == .track ? "trackAudit" : "statusAudit")
        try await platform.run { api in
            let failed = try await api.post(test.path(id), as: .admin, json: Self.reason)
            try expectProblem(failed, .internalServerError, "internal-error")
            let view = try await api.get("/\(test.kind.rawValue)/\(id)", as: .admin)
            #expect(try view.string("status") == test.verb.from)
            #expect(try platform.count("trackDecision") + platform.count("reviewDecision") == 0)
            #expect(try platform.workflowCalls().isEmpty)
        }
    }

    @Test("what is missing is 404 for every verb and in the audit", arguments: ReviewKind.allCases)
    func missing(kind: ReviewKind) async throws {
        try await Platform().run { api in
            for verb in kind.verbs {
                let answer = try await api.post("\(kind.admin)/nothing-here/\(verb)", as: .admin, json: Self.reason)
                try expectProblem(answer, .notFound, "\(kind.rawValue)-not-found")
            }
            let trail = try await api.get("\(kind.admin)/nothing-here/audit", as: .admin)
            try expectProblem(trail, .notFound, "\(kind.rawValue)-not-found")
        }
    }
}
