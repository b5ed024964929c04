import CloudServices
import Foundation
import GRDB
import Testing

@Suite("An upload that breaks off leaves nothing")
struct UploadCrashTests {
    struct BrokenBody: Error {}

    private let key = "raw-track/a.mp3"

    private func expectNothing(_ fixture: CloudFixture) async throws {
        #expect(try await fixture.store.list(prefix: "").objects.isEmpty)
        #expect(try await fixture.queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0))
        #expect(fixture.files().isEmpty)
    }

    /// 800 kB, then an end as told; `started` fires when the store has read all of it.
    private func body(
        started: AsyncStream<Void>.Continuation? = nil,
        then end: @escaping @Sendable () async throws -> [UInt8]?
    ) -> ObjectBody {
        let source = Blocks()
        return ObjectBody {
            if let block = await source.next() { return block }
            started?.yield()
            return try await end()
        }
    }

    private actor Blocks {
        private var rest = 8

        func next() -> [UInt8]? {
            rest -= 1
            return rest >= 0 ? Array(repeating: 7, count: 100_000) : nil
        }
    }

    @Test("when the body throws")
    func throwing() async throws {
        let fixture = try CloudFixture()
        await #expect(throws: BrokenBody.self) {
            try await fixture.store.put(ObjectKey(key), body: body { throw BrokenBody() }, options: PutOptions())
        }
        try await expectNothing(fixture)
    }

    @Test("when the task is cancelled, also if the body then just ends", arguments: [true, false])
    func cancelled(_ endsQuietly: Bool) async throws {
        let fixture = try CloudFixture()
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let (gate, _) = AsyncStream.makeStream(of: Void.self)
        let body = body(started: signal) {
            for await _ in gate {}
            if !endsQuietly { try Task.checkCancellation() }
            return nil
        }
        let upload = Task { try await fixture.store.put(ObjectKey(key), body: body, options: PutOptions()) }
        for await _ in started { break }
        #expect(fixture.files().count == 1)
        #expect(try await fixture.store.list(prefix: "").objects.isEmpty)
        upload.cancel()
        await #expect(throws: CancellationError.self) { try await upload.value }
        try await expectNothing(fixture)
    }

    @Test("when the commit fails: no object, no message, no file; and the same upload succeeds afterwards")
    func failedCommit() async throws {
        let fixture = try CloudFixture()
        fixture.database.failNextWrite()
        await #expect(throws: MemoryDatabase.BrokenCommit.self) { try await fixture.put(key, "hello") }
        try await expectNothing(fixture)
        _ = try await fixture.put(key, "hello")
        #expect(try await fixture.queue.counts().visible == 1)
    }

    @Test("when the announcement cannot be written, the object is not there either")
    func failedAnnouncement() async throws {
        let fixture = try CloudFixture()
        try await fixture.database.write { try $0.execute(sql: "DROP TABLE cloudMessage") }
        await #expect(throws: (any Error).self) { try await fixture.put(key, "hello") }
        #expect(try await fixture.store.list(prefix: "").objects.isEmpty)
        #expect(fixture.files().isEmpty)
    }

    @Test("a failing store answers 500 without telling its insides")
    func publicError() async throws {
        let fixture = try CloudFixture()
        let request = try await fixture.store.presignPut(
            ObjectKey(key),
            contentType: "audio/mpeg",
            maximumByteCount: nil,
            expiresIn: .seconds(60)
        )
        try await fixture.database.write { try $0.execute(sql: "DROP TABLE cloudMessage") }
        let response = await fixture.send(RequestHead(request, bodyByteCount: 5), body: "hello")
        #expect(response.status == 500 && response.errorCode == "InternalError")
        let text = try await response.text()
        #expect(!text.contains("cloudMessage") && !text.contains("SQL") && !text.contains(fixture.root + "/"))
    }

    @Test("files of a killed process are removed at start; objects and running uploads are not")
    func sweep() async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put(key, "hello")
        let kept = try #require(fixture.files().first)
        let shard = (kept as NSString).deletingLastPathComponent
        let orphan = "\(shard)/\(shard.suffix(2))\(RandomID.make().dropFirst(2))"
        for path in ["tmp/\(RandomID.make())", orphan] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: "\(fixture.root)/\(path)"))
        }
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let body = body(started: signal) {
            for await _ in gate { break }
            return nil
        }
        let upload = Task { try await fixture.store.put(ObjectKey("running"), body: body, options: PutOptions()) }
        for await _ in started { break }
        #expect(fixture.files().count == 4)
        #expect(try await fixture.store.removeGarbage() == 2)
        open.yield()
        #expect(try await upload.value.size == 800_000)
        #expect(try await fixture.store.removeGarbage() == 0)
        #expect(try await fixture.text(key) == "hello")
        #expect(fixture.files().count == 2)
    }
}
