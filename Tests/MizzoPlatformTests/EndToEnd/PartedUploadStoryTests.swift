import CloudServices
import Foundation
import MizzoCatalog
import MizzoWorkflows
import NIOHTTP1
import Testing
import WorkflowEngine

@testable import MizzoPlatform

@Suite("Large files, over the API alone", .timeLimit(.minutes(2)))
struct PartedUploadStoryTests {
    /// The tone behind so many bytes that no player looks at: more than one part.
    private static let audio: [UInt8] = {
        let (size, tone) = (9 << 20, PlatformFixture.audio)
        let junk =
            Array("JUNK".utf8) + (0..<4).map { UInt8(size >> (8 * $0) & 0xFF) }
            + [UInt8](repeating: 0x55, count: size)
        return Array(tone[..<12]) + junk + Array(tone[12...])
    }()

    /// One of the parts that the API says are missing.
    private struct Part {
        let number: Int
        let url: String
        let range: Range<Int>

        init(_ json: [String: Any]) throws {
            number = try #require(json["partNumber"] as? Int)
            url = try #require(json["url"] as? String)
            let offset = try #require(json["offset"] as? Int)
            range = offset..<offset + (try #require(json["byteCount"] as? Int))
        }

        func put() async throws -> APIUser.Answer { try await APIUser.send(.PUT, url, [:], Array(audio[range])) }

        /// Stores answer this in different ways, some by closing the connection while the part is still being sent.
        func isRefused() async -> Bool { (try? await put())?.status != 200 }
    }

    private func missing(_ upload: APIUser.Answer) throws -> [Part] {
        try #require(try upload.object()["missing"] as? [[String: Any]], "\(upload.text)").map(Part.init)
    }

    private func begin(_ nina: APIUser) async throws -> (id: String, answer: APIUser.Answer) {
        let form = #"{"contentType":"audio/mpeg","byteCount":\#(Self.audio.count)}"#
        let made = try await nina.post("/upload", form)
        #expect(made.status == 201, "\(made.text)")
        return (try made.string("uploadId"), made)
    }

    /// Its parts arrive one after the other, with a look in between.
    private func sendParts(_ made: APIUser.Answer, _ id: String, _ nina: APIUser) async throws {
        let first = try missing(made)
        #expect(first.map(\.number) == [1, 2])
        #expect(try await first[1].put().status == 200)
        let rest = try missing(try await nina.get("/upload/\(id)"))
        #expect(rest.map(\.number) == [1])
        #expect(try await nina.post("/upload/\(id)/complete").status == 409)
        #expect(try await rest[0].put().status == 200)
        // At the same time, as a client does that has lost patience.
        async let one = nina.post("/upload/\(id)/complete")
        async let other = nina.post("/upload/\(id)/complete")
        for done in try await [one, other, nina.post("/upload/\(id)/complete")] {
            #expect(done.status == 200, "\(done.text)")
            #expect(try done.string("status") == "COMPLETE")
        }
        #expect(await rest[0].isRefused(), "what is joined is not changed any more")
    }

    private func collecting(_ id: String, _ fixture: PlatformFixture) -> WorkflowHandle<CollectParts> {
        WorkflowClient(fixture.platform.workflows).handle(CollectParts.self, id: CollectParts.id(uploadID: id))
    }

    @Test(
        "an upload that is broken off goes on with what is missing, and becomes a track",
        arguments: StorageMode.allCases
    )
    func resumed(mode: StorageMode) async throws {
        let fixture = try await PlatformFixture.reachable(mode)
        try await fixture.serving {
            let (nina, rolf) = (try await fixture.person("nina", .artist), try await fixture.person("rolf", .artist))
            let (id, made) = try await begin(nina)
            #expect(try await rolf.get("/upload/\(id)").status == 404)
            try await sendParts(made, id, nina)
            let object = try await fixture.platform.objects.head(ObjectKey(made.string("key")))
            if mode == .rclone { try await fixture.announce(object.key.rawValue, etag: object.etag, Self.audio.count) }
            let form = #"{"id":"\#(id)","title":"Tone","language":"finnish","duration":5,"tags":[]}"#
            #expect(try await nina.post("/track/upload", form).status == 201)
            try await fixture.until { try await nina.get("/track/\(id)").string("status") == "REVIEWING" }
            #expect(try await collecting(id, fixture).result() == .joined)
        }
    }

    @Test("an upload that is given up leaves no part behind", arguments: StorageMode.allCases)
    func givenUp(mode: StorageMode) async throws {
        let fixture = try await PlatformFixture.reachable(mode)
        try await fixture.serving {
            let nina = try await fixture.person("nina", .artist)
            let (id, made) = try await begin(nina)
            let parts = try missing(made)
            #expect(try await parts[1].put().status == 200)
            #expect(try await nina.send(.DELETE, "/upload/\(id)").status == 204)
            #expect(try await collecting(id, fixture).result() == .discarded)
            #expect(await parts[0].isRefused())
            #expect(try await nina.get("/upload/\(id)").string("status") == "ENDED")
            #expect(try await nina.post("/upload/\(id)/complete").status == 410)
        }
    }
}
