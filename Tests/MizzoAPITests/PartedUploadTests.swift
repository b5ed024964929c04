import Foundation
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("Uploads in parts")
struct PartedUploadTests {
    private static func form(_ byteCount: Int64, _ type: String = "audio/mpeg") -> String {
        #"{"contentType":"\#(type)","byteCount":\#(byteCount)}"#
    }

    private static func numbers(_ view: TestResponse, _ list: String) throws -> [Int] {
        let parts = try #require(try view.object()[list] as? [[String: Any]])
        return parts.compactMap { $0["partNumber"] as? Int }
    }

    @Test("begin with a URL for each part: of one size but the last, for a quarter of an hour, for a day in all")
    func begins() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let made = try await api.post("/upload", as: .artist, json: Self.form(20 << 20))
            #expect(made.status == .created, "\(made.text)")
            let (id, key) = (try made.string("uploadId"), try made.string("key"))
            #expect(key == "raw-track/\(id).mp3" && made.headers[.location] == "/upload/\(id)")
            #expect(try made.string("status") == "RECEIVING" && made.string("trackId") == id)
            let missing = try #require(try made.object()["missing"] as? [[String: Any]])
            #expect(missing.map { $0["byteCount"] as? Int } == [8 << 20, 8 << 20, 4 << 20])
            #expect(missing.map { $0["offset"] as? Int } == [0, 8 << 20, 16 << 20])
            let until = Int(platform.now.timeIntervalSince1970) + 900
            #expect(missing[2]["url"] as? String == "https://store/\(key)?part=3&bytes=4194304&until=\(until)")
            #expect(try platform.workflowCalls() == ["parts 86400 \(id)"])
        }
    }

    @Test("go on where they were broken off: what has arrived whole is not asked for again")
    func resumes() async throws {
        let platform = try Platform()
        let key = try platform.partedUpload("upload-0001", byteCount: 10, partByteCount: 4)
        try await platform.run { api in
            platform.media.receive(3, byteCount: 2, of: key)
            platform.media.receive(1, byteCount: 3, of: key)
            let view = try await api.get("/upload/upload-0001", as: .artist)
            #expect(view.headers[.cacheControl] == "no-store")
            #expect(try Self.numbers(view, "received") == [3], "part 1 is too short")
            #expect(try Self.numbers(view, "missing") == [1, 2])
            let early = try await api.post("/upload/upload-0001/complete", as: .artist)
            try expectProblem(early, .conflict, "upload-incomplete")
            #expect(early.text.contains("part(s) 1, 2."), "\(early.text)")
            for number in [1, 2] { platform.media.receive(number, byteCount: 4, of: key) }
            for _ in 1...2 {
                let done = try await api.post("/upload/upload-0001/complete", as: .artist)
                #expect(try done.string("status") == "COMPLETE", "\(done.text)")
            }
            #expect(try await api.get("/upload/upload-0001", as: .artist).string("status") == "COMPLETE")
            #expect(try Set(platform.workflowCalls()) == ["joined upload-0001"])
        }
    }

    @Test("that are given up, or run out, are never an object")
    func ends() async throws {
        let platform = try Platform()
        let late = try platform.partedUpload("upload-0001", byteCount: 3, partByteCount: 4)
        try platform.partedUpload("upload-0002", byteCount: 3, partByteCount: 4)
        try await platform.run { api in
            for _ in 1...2 {
                #expect(try await api.send(.delete, "/upload/upload-0002", as: .artist).status == .noContent)
            }
            #expect(try Set(platform.workflowCalls()) == ["discarded upload-0002"])
            platform.media.receive(1, byteCount: 3, of: late)
            platform.pass(3600)
            for id in ["upload-0001", "upload-0002"] {
                #expect(try await api.get("/upload/\(id)", as: .artist).string("status") == "ENDED")
                let refusal = try await api.post("/upload/\(id)/complete", as: .artist)
                try expectProblem(refusal, .gone, "upload-expired")
            }
            #expect(try await platform.media.object(late) == nil)
        }
    }

    @Test("are not offered any more once they are given up, though they were joined before: nobody can register them")
    func joinedThenGivenUp() async throws {
        let platform = try Platform()
        let key = try platform.partedUpload("upload-0001", byteCount: 3, partByteCount: 4)
        platform.media.receive(1, byteCount: 3, of: key)
        try await platform.run { api in
            #expect(try await api.post("/upload/upload-0001/complete", as: .artist).status == .ok)
            #expect(try await api.send(.delete, "/upload/upload-0001", as: .artist).status == .noContent)
            #expect(try await api.get("/upload/upload-0001", as: .artist).string("status") == "ENDED")
            let refusal = try await api.post("/upload/upload-0001/complete", as: .artist)
            try expectProblem(refusal, .gone, "upload-expired")
        }
    }

    @Test("of a track that has failed are not joined: nobody waits for the file any more")
    func failed() async throws {
        let platform = try Platform()
        let key = try platform.partedUpload("track-0001", byteCount: 3, partByteCount: 4)
        platform.media.receive(1, byteCount: 3, of: key)
        try await platform.run { api in
            let form = #"{"id":"track-0001","title":"Song","language":"english","duration":10,"tags":[]}"#
            #expect(try await api.post("/track/upload", as: .artist, json: form).status == .created)
            try platform.walk(try #require(TrackID(rawValue: "track-0001")), through: [.failed])
            let refusal = try await api.post("/upload/track-0001/complete", as: .artist)
            try expectProblem(refusal, .gone, "upload-expired")
            #expect(try await platform.media.object(key) == nil)
        }
    }

    @Test("are looked at once more when a part is replaced while they are joined", arguments: [1, 2])
    func replaced(times: Int) async throws {
        let platform = try Platform()
        let key = try platform.partedUpload("upload-0001", byteCount: 3, partByteCount: 4)
        platform.media.receive(1, byteCount: 3, of: key)
        platform.media.staleJoins.withLock { $0 = times }
        try await platform.run { api in
            let answer = try await api.post("/upload/upload-0001/complete", as: .artist)
            if times == 1 {
                #expect(try answer.string("status") == "COMPLETE")
            } else {
                try expectProblem(answer, .conflict, "upload-incomplete")
            }
        }
    }

    @Test("wait for a store that cannot be reached: 503, and nothing is changed")
    func unreachable() async throws {
        let platform = try Platform()
        try platform.partedUpload("upload-0001", byteCount: 3, partByteCount: 4)
        platform.media.isDown.withLock { $0 = true }
        try await platform.run { api in
            for answer in [
                try await api.get("/upload/upload-0001", as: .artist),
                try await api.post("/upload/upload-0001/complete", as: .artist),
            ] {
                try expectProblem(answer, .serviceUnavailable, "not-ready")
                #expect(answer.headers[.retryAfter] == "5")
            }
        }
    }

    @Test("with a registered track are not given up, and those joined at another moment are still COMPLETE")
    func inUse() async throws {
        let platform = try Platform()
        let key = try platform.partedUpload("upload-0001", byteCount: 3, partByteCount: 4)
        try await platform.run { api in
            let form = #"{"id":"upload-0001","title":"Song","language":"english","duration":10,"tags":[]}"#
            #expect(try await api.post("/track/upload", as: .artist, json: form).status == .created)
            let refusal = try await api.send(.delete, "/upload/upload-0001", as: .artist)
            try expectProblem(refusal, .conflict, "upload-in-use")
            platform.media.receive(1, byteCount: 3, of: key)
            _ = try await platform.media.join([.init(number: 1, byteCount: 3, etag: "")], of: .init(key: key, id: ""))
            platform.pass(3600)
            let done = try await api.post("/upload/upload-0001/complete", as: .artist)
            #expect(try done.string("status") == "COMPLETE", "\(done.text)")
        }
    }

    @Test("are refused beyond the limit, for other types, and to those who asked for one PUT")
    func refusals() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let most = platform.configuration.audioByteCountMax
            for (form, pointer) in [
                (Self.form(most + 1), "/byteCount"), (Self.form(0), "/byteCount"),
                (Self.form(10, "image/png"), "/contentType"),
            ] {
                let answer = try await api.post("/upload", as: .artist, json: form)
                try expectProblem(answer, .unprocessableContent, "validation-failed", pointer: pointer)
            }
            let whole = try await api.post("/utils/upload-url", as: .artist, json: Self.form(10))
            let answer = try await api.get("/upload/\(try whole.string("uploadId"))", as: .artist)
            try expectProblem(answer, .notFound, "upload-not-found")
            #expect(platform.media.uploads.withLock { $0.isEmpty })
        }
    }

    @Test(
        "have as many parts as the size asks for, no more than a thousand",
        arguments: [(1, 1, 1), (8 << 20, 1, 8 << 20), ((8 << 20) + 1, 2, 1), (20_000 << 20, 1000, 20 << 20)]
            as [(Int64, Int, Int64)]
    )
    func plan(byteCount: Int64, count: Int, last: Int64) {
        let size = UploadParts.partByteCount(for: byteCount, preferred: 8 << 20)
        let parts = UploadParts(storeUploadID: "", byteCount: byteCount, partByteCount: size)
        #expect(parts.count == count && parts.byteCount(of: count) == last)
        #expect(parts.numbers.map(parts.byteCount(of:)).reduce(0, +) == byteCount)
    }
}
