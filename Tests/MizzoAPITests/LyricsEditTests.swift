import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("Lyrics over HTTP")
struct LyricsEditTests {
    private static let document = LyricsDocument(
        lines: [
            .init(
                startMs: 0,
                endMs: 900,
                text: "one <two>",
                words: [.init(startMs: 0, endMs: 400, text: "one"), .init(startMs: 400, endMs: 900, text: "<two>")],
                timing: .aligner
            ),
            .init(startMs: 1000, endMs: 1900, text: "three", timing: .proportional),
        ],
        language: "en"
    )

    private func withLyrics(_ body: @escaping @Sendable (Caller, TrackID, String) async throws -> Void) async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        try await platform.database.write { db in
            try Catalog.completeLyrics(of: id, document: Self.document, provider: "aligner", at: Platform.start, in: db)
            var facts = AudioFacts()
            facts.durationSeconds = 180
            try Catalog.setAudioFacts(facts, of: id, at: Platform.start, in: db)
        }
        try await platform.run { api in
            let tag = try #require(try await api.get("/track/\(id)/lyrics", as: .artist).headers[.eTag])
            try await body(api, id, tag)
        }
    }

    private func put(
        _ api: Caller,
        _ id: TrackID,
        _ json: String,
        _ tag: String?,
        as person: Person = .artist
    ) async throws -> TestResponse {
        var headers: HTTPFields = [:]
        if let tag { headers[.ifMatch] = tag }
        return try await api.send(.put, "/track/\(id)/lyrics", as: person, json: json, headers: headers)
    }

    @Test("every format carries the lines, and JSON says where each line's times came from")
    func formats() async throws {
        try await withLyrics { api, id, tag in
            let path = "/track/\(id)/lyrics"
            let lines = try await api.get(path, as: .artist).object()["lines"] as? [[String: Any]]
            #expect(lines?.compactMap { $0["timing"] as? String } == ["aligner", "proportional"])
            let lrc = try await api.get("\(path)?format=lrc", as: .artist)
            #expect(lrc.text == "[la:en]\n[00:00.00]one ‹two›\n[00:01.00]three\n")
            let enhanced = try await api.get("\(path)?format=elrc", as: .artist).text
            #expect(enhanced.contains("[00:00.00]<00:00.00>one <00:00.40>‹two›\n"))
            let vtt = try await api.get("\(path)?format=vtt", as: .artist)
            #expect(vtt.text.contains("00:00:00.000 --> 00:00:00.900\none <00:00:00.400>&lt;two&gt;\n"))
            #expect(vtt.headers[.contentType] == "text/vtt; charset=utf-8")
            let same = try await api.get(path, as: .artist, headers: [.ifNoneMatch: tag])
            #expect(same.status == .notModified)
            try expectProblem(try await api.get("\(path)?format=ass", as: .artist), .badRequest, "parameter-invalid")
        }
    }

    @Test("artist and admin edit against the ETag they read; changed lines are marked edited")
    func edits() async throws {
        try await withLyrics { api, id, tag in
            let json =
                #"{"lines":[{"startMs":0,"endMs":900,"text":"one"},{"startMs":1000,"endMs":1900,"text":"three"}]}"#
            try expectProblem(try await put(api, id, json, nil), .preconditionRequired, "if-match-required")
            for person in [Person.rival, .listener] {
                let refused = try await put(api, id, json, tag, as: person)
                #expect(refused.status == (person == .rival ? .notFound : .forbidden))
            }
            let done = try await put(api, id, json, tag)
            #expect(done.status == .ok, "\(done.text)")
            let lines = try done.object()["lines"] as? [[String: Any]]
            #expect(lines?.compactMap { $0["timing"] as? String } == ["edited", "proportional"])
            #expect(try done.string("language") == "en")
            let stale = try await put(api, id, json, tag, as: .admin)
            try expectProblem(stale, .preconditionFailed, "lyrics-version-stale")
            let next = try #require(done.headers[.eTag])
            #expect(try await put(api, id, json, next, as: .admin).status == .ok)
            let notes = try await api.get("/admin/track/\(id)/audit", as: .admin).items().map { $0["note"] as? String }
            #expect(notes.suffix(2) == ["edited lyrics", "edited lyrics"])
        }
    }

    @Test(
        "lines that cannot be sung are refused with their place",
        arguments: [
            (#"{"startMs":500,"endMs":400,"text":"a"}"#, "/lines/0"),
            (#"{"startMs":0,"endMs":181000,"text":"a"}"#, "/lines/0"),
            (#"{"startMs":0,"endMs":9,"text":" "}"#, "/lines/0"),
            (#"{"startMs":0,"endMs":9,"text":"a\u0000"}"#, "/lines/0"),
            (
                #"{"startMs":0,"endMs":9,"text":"a","words":[{"startMs":0,"endMs":99,"text":"a"}]}"#,
                "/lines/0/words/0"
            ),
            (#"{"startMs":0,"endMs":9,"text":"you kike"}"#, "/lines/0"),
            (#"{"startMs":0,"endMs":9,"text":"\u200b"}"#, "/lines/0"),
            (
                #"{"startMs":0,"endMs":9,"text":"a","words":[{"startMs":0,"endMs":9,"text":"kike"}]}"#,
                "/lines/0/words"
            ),
            (#"{"startMs":50,"endMs":90,"text":"a"},{"startMs":0,"endMs":9,"text":"b"}"#, "/lines/1"),
        ]
    )
    func refused(lines: String, pointer: String) async throws {
        try await withLyrics { api, id, tag in
            let answer = try await put(api, id, #"{"lines":[\#(lines)]}"#, tag)
            try expectProblem(answer, .unprocessableContent, "validation-failed", pointer: pointer)
        }
    }

    @Test("members that nobody knows are refused at every depth, and null is as good as nothing")
    func unknownMembers() async throws {
        try await withLyrics { api, id, tag in
            let line = #""startMs":0,"endMs":9,"text":"a""#
            let strange = try await put(api, id, #"{"lines":[{\#(line),"colour":1}]}"#, tag)
            try expectProblem(strange, .badRequest, "json-invalid", pointer: "/lines/0/colour")
            let word = #"{"startMs":0,"endMs":9,"text":"a","loud":true}"#
            let deeper = try await put(api, id, #"{"lines":[{\#(line),"words":[\#(word)]}]}"#, tag)
            try expectProblem(deeper, .badRequest, "json-invalid", pointer: "/lines/0/words/0/loud")
            let null = try await put(
                api,
                id,
                #"{"language":null,"lines":[{\#(line),"words":null,"timing":null}]}"#,
                tag
            )
            #expect(null.status == .ok, "\(null.text)")
        }
    }

    @Test("an admin's edit of the title keeps the marks of the lines")
    func marksStay() async throws {
        try await withLyrics { api, id, tag in
            let lyrics = try await put(api, id, #"{"lines":[{"startMs":0,"endMs":9,"text":"shit"}]}"#, tag)
            #expect(lyrics.status == .ok)
            let version = try #require(try await api.get("/track/\(id)", as: .admin).headers[.eTag])
            let edited = try await api.send(
                .put,
                "/admin/track/\(id)",
                as: .admin,
                json: #"{"title":"Crap"}"#,
                headers: [.ifMatch: version]
            )
            let flags = try edited.object()["contentFlags"] as? [[String: Any]]
            #expect(flags?.compactMap { $0["field"] as? String } == ["title", "lines/0"])
            #expect(try edited.object()["explicit"] as? Bool == true)
        }
    }

    @Test("lyrics are made again in another language, once at a time")
    func regenerate() async throws {
        try await withLyrics { api, id, tag in
            let path = "/track/\(id)/lyrics/regenerate"
            try expectProblem(try await api.post(path, as: .rival, json: "{}"), .notFound, "track-not-found")
            let asked = try await api.post(path, as: .artist, json: #"{"language":"Spanish"}"#)
            #expect(asked.status == .accepted)
            #expect(try asked.string("status") == "PENDING")
            #expect(try await api.get("/track/\(id)", as: .artist).string("language") == "spanish")
            #expect(try api.platform.calls(about: id.rawValue) == ["lyrics"])
            try expectProblem(try await api.post(path, as: .admin, json: "{}"), .conflict, "lyrics-pending")
            let json = #"{"lines":[{"startMs":0,"endMs":900,"text":"one"}]}"#
            try expectProblem(try await put(api, id, json, "*"), .conflict, "lyrics-pending")
        }
    }

    @Test("a track that was not measured yet has no lyrics to make and no waveform")
    func tooEarly() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .pending)
        try await platform.run { api in
            let asked = try await api.post("/track/\(id)/lyrics/regenerate", as: .artist, json: "{}")
            try expectProblem(asked, .conflict, "lyrics-not-possible")
            let waveform = try await api.get("/track/\(id)/waveform", as: .artist)
            try expectProblem(waveform, .notFound, "media-not-found")
        }
    }

    @Test("the waveform is the transcoder's, for those who may see the track")
    func waveform() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        let analysis = #"{"durationMilliseconds":1500,"waveform":{"peaks":[-1,2,-128,127]},"totalByteCount":9}"#
        platform.media.put(MediaKeys.analysis(id), Array(analysis.utf8))
        try await platform.run { api in
            let answer = try await api.get("/track/\(id)/waveform", as: .artist)
            #expect(try answer.object()["data"] as? [Int] == [-1, 2, -128, 127])
            #expect(try answer.object()["length"] as? Int == 2)
            let tag = try #require(answer.headers[.eTag])
            let again = try await api.get("/track/\(id)/waveform", as: .admin, headers: [.ifNoneMatch: tag])
            #expect(again.status == .notModified)
            try expectProblem(try await api.get("/track/\(id)/waveform", as: .rival), .notFound, "track-not-found")
        }
    }
}
