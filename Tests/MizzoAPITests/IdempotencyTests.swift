import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private let form = #"{"contentType":"audio/mpeg","byteCount":1000}"#

extension Caller {
    fileprivate func post(
        _ path: String,
        key: String,
        json: String? = nil,
        as person: Person = .artist
    ) async throws -> TestResponse {
        try await send(.post, path, as: person, json: json, headers: [.idempotencyKey: key])
    }
}

@Suite("Idempotency keys")
struct IdempotencyTests {
    @Test("a repeated request is answered as before and has no second effect")
    func replay() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let first = try await api.post("/utils/upload-url", key: "key-1", json: form)
            platform.pass(60)
            let second = try await api.post("/utils/upload-url", key: "\"key-1\"", json: form)
            #expect(first.status == .created && second.status == .created)
            #expect(first.text == second.text)
            #expect(first.headers[.idempotentReplay] == nil && second.headers[.idempotentReplay] == "true")
            #expect(try platform.count("uploadTicket") == 1)
            let other = try await api.post("/utils/upload-url", key: "key-2", json: form)
            #expect(other.text != first.text)
            let unkeyed = try await api.post("/utils/upload-url", as: .artist, json: form)
            #expect(unkeyed.text != first.text)
            #expect(try platform.count("uploadTicket") == 3)
        }
    }

    @Test("a key with another body or path is 422, and another user's key is another key")
    func binding() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        try await platform.run { api in
            _ = try await api.post("/utils/upload-url", key: "k", json: form)
            let body = try await api.post("/utils/upload-url", key: "k", json: form + " ")
            try expectProblem(body, .unprocessableContent, "idempotency-key-reused")
            let rival = try await api.post("/utils/upload-url", key: "k", json: form, as: .rival)
            #expect(rival.status == .created && rival.headers[.idempotentReplay] == nil)
            _ = try await api.post("/admin/track/\(id)/approve", key: "k", as: .admin)
            let path = try await api.post("/admin/track/\(id)/unblock", key: "k", as: .admin)
            try expectProblem(path, .unprocessableContent, "idempotency-key-reused")
        }
    }

    @Test("a refusal is not kept: the corrected request may use the key")
    func refusals() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let bad = try await api.post("/utils/upload-url", key: "k", json: #"{"contentType":"x/y","byteCount":1}"#)
            try expectProblem(bad, .unprocessableContent, "validation-failed")
            #expect(try await api.post("/utils/upload-url", key: "k", json: form).status == .created)
        }
    }

    @Test("after a day the key is free again and the answer is gone")
    func expiry() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let first = try await api.post("/utils/upload-url", key: "k", json: form)
            platform.pass(86_399)
            #expect(try await api.post("/utils/upload-url", key: "k", json: form).text == first.text)
        }
        let slot = try IdempotencySlot(user: Person.artist.id, field: "k")
        platform.pass(1)
        let now = platform.now
        try await platform.database.write { db in
            #expect(try IdempotencyTable.find(slot, at: now, in: db) == nil)
            let kept = IdempotencyTable.Kept(
                fingerprint: Data(),
                answer: Answer(status: .ok, headers: [:], body: .init())
            )
            let other = try IdempotencySlot(user: Person.rival.id, field: "k")
            try IdempotencyTable.keep(kept, in: other, until: now + 1, at: now, in: db)
        }
        #expect(try platform.count("idempotentAnswer") == 1)
    }

    @Test(
        "keys are 1 to 255 visible ASCII characters",
        arguments: [
            "", "\"\"", " ", "two words", "ünïcode", String(repeating: "a", count: 256),
        ]
    )
    func malformed(key: String) async throws {
        #expect(throws: Problem.self) { try IdempotencySlot(user: Person.artist.id, field: key) }
        let platform = try Platform()
        try await platform.run { api in
            let response = try await api.post("/utils/upload-url", key: "two words", json: form)
            try expectProblem(response, .badRequest, "parameter-invalid")
        }
    }

    @Test("a key whose request is under way is 409, and free when it has ended, also badly")
    func inFlight() async throws {
        struct Refusal: Error {}
        let keys = KeysInFlight()
        let slot = try IdempotencySlot(user: Person.artist.id, field: "k")
        try await keys.holding(slot) {
            do {
                try await keys.holding(slot) { _ = Issue.record("two at once") }
            } catch let problem as Problem {
                #expect(problem.status == .conflict && problem.code == "idempotency-key-in-use")
                #expect(problem.headers[.retryAfter] == "1")
            }
            let other = try IdempotencySlot(user: Person.rival.id, field: "k")
            try await keys.holding(other) {}
        }
        await #expect(throws: Refusal.self) {
            try await keys.holding(slot) { () -> Void in throw Refusal() }
        }
        try await keys.holding(slot) {}
    }

    @Test("of two processes with one key the second does nothing and tells the first one's answer")
    func twoProcesses() async throws {
        let platform = try Platform()
        let slot = try IdempotencySlot(user: Person.artist.id, field: "k")
        let request = Request(
            head: .init(method: .post, scheme: nil, authority: nil, path: "/x"),
            body: .init(buffer: .init())
        )
        let calls = (0..<2).map { _ in IdempotentCall(slot: slot, request: request, body: .init(), lifetime: 60) }
        let ran = Mutex(0)
        var answers: [Answer] = []
        for call in calls {
            answers.append(
                try await call.run(in: platform.database, at: Platform.start) { _ in
                    ran.withLock { $0 += 1 }
                    return try Answer(["n": ran.withLock { $0 }])
                }
            )
        }
        #expect(ran.withLock { $0 } == 1)
        #expect(answers[0].body == answers[1].body && answers[1].headers[.idempotentReplay] == "true")
    }
}
