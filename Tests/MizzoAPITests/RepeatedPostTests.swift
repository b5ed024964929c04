import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// A `POST` that succeeds once, and where its effect is seen.
struct PostCase: Sendable, CustomTestStringConvertible {
    /// As the route table names it.
    let route: String
    let person: Person
    var json: String?
    /// A table, with a condition if need be, that has one row more afterwards.
    let effect: String
    /// Prepares the platform and returns the `{id}`.
    var prepare: @Sendable (Platform) throws -> String = { _ in "" }

    var testDescription: String { route }

    func path(on platform: Platform) throws -> String {
        try String(route.split(separator: " ")[1]).replacing("{id}", with: prepare(platform))
    }

    static let all = creations + reviews

    private static let creations = [
        PostCase(
            route: "POST /utils/upload-url",
            person: .artist,
            json: #"{"contentType":"audio/mpeg","byteCount":1000}"#,
            effect: "uploadTicket"
        ),
        PostCase(
            route: "POST /upload",
            person: .artist,
            json: #"{"contentType":"audio/mpeg","byteCount":1000}"#,
            effect: "uploadTicket"
        ),
        PostCase(
            route: "POST /upload/{id}/complete",
            person: .artist,
            effect: "workflowCall WHERE name = 'joined'"
        ) { platform in
            let key = try platform.partedUpload("upload-0001", byteCount: 3, partByteCount: 3)
            platform.media.receive(1, byteCount: 3, of: key)
            return "upload-0001"
        },
        PostCase(
            route: "POST /track/upload",
            person: .artist,
            json: #"{"id":"track-0001","title":"Song","language":"english","duration":10,"tags":[]}"#,
            effect: "track"
        ) { try $0.ticket("track-0001") },
        PostCase(
            route: "POST /track/{id}/lyrics/regenerate",
            person: .artist,
            json: "{}",
            effect: "workflowCall WHERE name = 'lyrics'"
        ) { try $0.measuredTrack().rawValue },
        PostCase(route: "POST /playlist", person: .listener, json: #"{"title":"Mix"}"#, effect: "playlist"),
        PostCase(
            route: "POST /artist-application",
            person: .listener,
            json: #"{"artistName":"Lou Reedy","statement":"I play the saw."}"#,
            effect: "artistApplication"
        ),
    ]

    private static let reviews = ReviewCase.all.map { test in
        PostCase(
            route: "POST \(test.path("{id}"))",
            person: .admin,
            json: test.verb.needsReason ? #"{"reason":"no"}"# : nil,
            effect: test.effect
        ) { try $0.reviewed(test.kind, for: test.verb) }
    }
}

extension Platform {
    /// An unused ticket of the artist for the audio of this track.
    fileprivate func ticket(_ track: String) throws -> String {
        let id = try #require(TrackID(rawValue: track))
        try database.queue.write { db in try Catalog.issue(audioTicket(for: id), at: now, in: db) }
        return track
    }

    /// A track whose lyrics can be made again.
    fileprivate func measuredTrack() throws -> TrackID {
        let id = try track(at: .reviewing)
        try database.queue.write { db in
            try Catalog.setAudioFacts(AudioFacts(), of: id, at: now, in: db)
            try Catalog.completeLyrics(
                of: id,
                document: LyricsDocument(lines: [], language: "en"),
                provider: "aligner",
                at: now,
                in: db
            )
        }
        return id
    }
}

@Suite("Repeated POSTs")
struct RepeatedPostTests {
    @Test("the cases are all the routes that heed a key")
    func complete() throws {
        let heeding = try Platform().routes().endpoints.filter(\.takesKey).map(\.name)
        #expect(PostCase.all.map(\.route).sorted() == heeding.sorted())
    }

    @Test("a repeated POST is answered as before, and one row exists", arguments: PostCase.all)
    func replay(of test: PostCase) async throws {
        let platform = try Platform()
        let path = try test.path(on: platform)
        let before = try platform.count(test.effect)
        try await platform.run { api in
            func send() async throws -> TestResponse {
                let key: HTTPFields = [.idempotencyKey: "key-1"]
                return try await api.send(.post, path, as: test.person, json: test.json, headers: key)
            }
            let first = try await send()
            platform.pass(60)
            let second = try await send()
            #expect(first.status.kind == .successful && second.status == first.status, "\(first.text)")
            #expect(first.text == second.text && first.headers[.eTag] == second.headers[.eTag])
            #expect(first.headers[.location] == second.headers[.location])
            #expect(first.headers[.idempotentReplay] == nil && second.headers[.idempotentReplay] == "true")
            #expect(try platform.count(test.effect) == before + 1)
            #expect(try platform.count("idempotentAnswer") == 1)
        }
    }

    @Test("a POST whose answer cannot be kept has no effect: there is no moment between them", arguments: PostCase.all)
    func oneTransaction(of test: PostCase) async throws {
        let platform = try Platform()
        let path = try test.path(on: platform)
        let (before, calls) = (try platform.count(test.effect), try platform.count("workflowCall"))
        try platform.breakInserts(into: "idempotentAnswer")
        try await platform.run { api in
            let key: HTTPFields = [.idempotencyKey: "key-1"]
            let failed = try await api.send(.post, path, as: test.person, json: test.json, headers: key)
            try expectProblem(failed, .internalServerError, "internal-error")
            #expect(try platform.count(test.effect) == before)
            #expect(try platform.count("workflowCall") == calls)
        }
    }

    @Test("a POST whose workflow cannot be told keeps no answer", arguments: PostCase.all)
    func refusedByWorkflow(of test: PostCase) async throws {
        let platform = try Platform(workflows: RecordingWorkflows(refuses: true))
        let path = try test.path(on: platform)
        let before = try platform.count(test.effect)
        try await platform.run { api in
            let key: HTTPFields = [.idempotencyKey: "key-1"]
            let answer = try await api.send(.post, path, as: test.person, json: test.json, headers: key)
            guard answer.status.kind != .successful else { return }
            try expectProblem(answer, .internalServerError, "internal-error")
            #expect(try platform.count(test.effect) == before)
            #expect(try platform.count("idempotentAnswer") == 0)
        }
    }
}
