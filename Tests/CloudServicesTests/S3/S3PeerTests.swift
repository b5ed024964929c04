import CloudPeers
import Foundation
import Testing

@testable import CloudServices

@Suite("S3 client against rclone, which checks every signature", .timeLimit(.minutes(2)))
struct S3PeerTests {
    @Test("an object is stored, described, read whole and in parts", arguments: [0, 1, 100_000, 12 << 20])
    func roundTrip(_ count: Int) async throws {
        let fixture = try await S3Fixture.rclone()
        let (key, bytes) = ("raw-track/round trip+ü-\(count).mp3", pattern(count))
        let stored = try await fixture.put(key, bytes, PutOptions(contentType: "audio/mpeg"))
        let found = try await fixture.store.head(ObjectKey(key))
        #expect(found.size == Int64(count) && stored.size == found.size)
        #expect(stored.sha256?.utf8.count == 64)
        if count < 5 << 20 { #expect(stored.etag == found.etag) }
        #expect(try await fixture.bytes(key) == bytes)
        guard count > 1 else { return }
        #expect(try await fixture.bytes(key, range: .closed(3, 9)) == Array(bytes[3...9]))
        #expect(try await fixture.bytes(key, range: .from(Int64(count) - 5)) == Array(bytes.suffix(5)))
        #expect(try await fixture.bytes(key, range: .suffix(7)) == Array(bytes.suffix(7)))
        let beyond = try await kind { _ = try await fixture.bytes(key, range: .from(Int64(count))) }
        #expect(beyond == .invalidRange)
    }

    @Test("a file is sent from the disk; what is not there is said to be not there; deleting twice succeeds")
    func fileAndAbsence() async throws {
        let fixture = try await S3Fixture.rclone()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("s3-\(UUID().uuidString)").path
        try Data(pattern(5_500_000)).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let key = try ObjectKey("files/a.bin")
        try await fixture.store.put(key, file: path, options: PutOptions())
        #expect(try await fixture.bytes("files/a.bin") == pattern(5_500_000))
        try await fixture.store.delete(key)
        try await fixture.store.delete(key)
        #expect(try await kind { _ = try await fixture.store.head(key) } == .noSuchKey)
        #expect(try await kind { _ = try await fixture.bytes("files/a.bin") } == .noSuchKey)
    }

    @Test("a listing is paged without gaps and doubles, in the order of the keys' bytes")
    func listing() async throws {
        let fixture = try await S3Fixture.rclone()
        let names = (0..<23).map { "list/\($0) ü+&.txt" }
        for name in names { _ = try await fixture.put(name, Array(name.utf8)) }
        var (found, after, pages): ([String], ObjectKey?, Int) = ([], nil, 0)
        repeat {
            let page = try await fixture.store.list(prefix: "list/", after: after, limit: 10)
            found += page.objects.map(\.key.rawValue)
            (after, pages) = (page.next, pages + 1)
        } while after != nil && pages < 10
        #expect(found == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(pages == 3)
    }

    @Test("a body that breaks off or is shorter than announced leaves nothing", arguments: [1000, 6 << 20])
    func incomplete(_ count: Int) async throws {
        let fixture = try await S3Fixture.rclone()
        let options = PutOptions(expectedByteCount: Int64(count) + 1)
        let error = try await kind { _ = try await fixture.put("broken/\(count)", pattern(count), options) }
        #expect(error == .incompleteBody)
        struct Broken: Error {}
        let body = AsyncThrowingStream<[UInt8], any Error> { stream in
            stream.yield(pattern(count))
            stream.finish(throwing: Broken())
        }
        await #expect(throws: Broken.self) {
            try await fixture.store.put(ObjectKey("broken/\(count)"), body: body, options: PutOptions())
        }
        #expect(try await kind { _ = try await fixture.bytes("broken/\(count)") } == .noSuchKey)
    }

    @Test("a foreign secret is refused at once")
    func wrongSecret() async throws {
        let stranger = AWSCredentials(accessKeyID: CloudPeers.accessKeyID, secretAccessKey: "guess")
        let fixture = try await S3Fixture.rclone(credentials: stranger)
        #expect(try await kind { _ = try await fixture.put("a", [1]) } == .signatureDoesNotMatch)
        #expect(try await kind { try await fixture.store.checkBucket() } == .signatureDoesNotMatch)
        #expect(fixture.pauses.all.isEmpty)
    }

    @Test("a presigned upload and download work without credentials, until they expire")
    func presigned() async throws {
        let fixture = try await S3Fixture.rclone()
        let (key, bytes) = (try ObjectKey("presigned/ä b.mp3"), pattern(3000))
        let conditions = UploadConditions(contentType: "audio/mpeg", maximumByteCount: 3000, minimumByteCount: 3000)
        let put = try await fixture.store.presignPut(key, conditions: conditions, expiresIn: .seconds(60))
        #expect(put.headers.map(\.name) == ["Content-Type", "If-None-Match"])
        #expect(try await fixture.send(put, body: bytes.dropLast()).status == 403)
        #expect(try await fixture.send(put, body: bytes).status == 200)
        let get = try await fixture.store.presignGet(key, expiresIn: .seconds(60))
        let answer = try await fixture.send(get)
        #expect(answer.status == 200 && answer.body == bytes)

        let past = try await S3Fixture.rclone(now: { Date() - 120 })
        let expired = try await past.store.presignGet(key, expiresIn: .seconds(60))
        let refusal = try await fixture.send(expired)
        #expect(refusal.status >= 400 && String(decoding: refusal.body, as: UTF8.self).contains("AccessDenied"))
    }
}

@Suite("S3 client against moto, which knows conditional requests", .timeLimit(.minutes(2)))
struct S3ConditionTests {
    @Test("of two writes that want an absent key the second fails, whole or in parts", arguments: [1000, 6 << 20])
    func ifAbsent(_ count: Int) async throws {
        let fixture = try await S3Fixture.moto()
        let options = PutOptions(ifAbsent: true)
        _ = try await fixture.put("one", pattern(count), options)
        #expect(try await kind { _ = try await fixture.put("one", [1], options) } == .preconditionFailed)
        #expect(try await fixture.bytes("one").count == count)
    }

    @Test("reading with a pinned etag notices a replaced object")
    func pinned() async throws {
        let fixture = try await S3Fixture.moto()
        let first = try await fixture.put("one", [1])
        #expect(try await fixture.bytes("one", ifMatch: first.etag) == [1])
        _ = try await fixture.put("one", [2])
        #expect(try await kind { _ = try await fixture.bytes("one", ifMatch: first.etag) } == .preconditionFailed)
    }

    @Test("the content type is kept, and a missing bucket has a name of its own")
    func typeAndBucket() async throws {
        let fixture = try await S3Fixture.moto()
        _ = try await fixture.put("a/b.m3u8", [1], PutOptions(contentType: "application/vnd.apple.mpegurl"))
        let found = try await fixture.store.head(ObjectKey("a/b.m3u8"))
        #expect(found.contentType == "application/vnd.apple.mpegurl")
        #expect(abs(found.createdAt.timeIntervalSinceNow) < 60)
        let other = try S3Fixture(url: try await CloudPeers.moto.url, bucket: "no-such-bucket-here")
        #expect(try await kind { try await other.store.checkBucket() } == .noSuchBucket)
    }

    @Test("the etag of an upload in parts is the one the store will report")
    func multipartTag() async throws {
        let fixture = try await S3Fixture.moto()
        let stored = try await fixture.put("parts", pattern(11 << 20))
        #expect(stored.etag.hasSuffix("-3"))
        #expect(try await fixture.store.head(ObjectKey("parts")).etag == stored.etag)
    }
}
