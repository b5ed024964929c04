import CloudServices
import Foundation
import Testing

@Suite("The file object store")
struct FileObjectStoreTests {
    @Test("what is put is found: bytes, etag, hash, type, time")
    func putAndGet() async throws {
        let fixture = try CloudFixture()
        let info = try await fixture.put("a/b c.txt", "hello", contentType: "text/x")
        #expect(info.etag == "5d41402abc4b2a76b9719d911017c592" && info.size == 5 && info.contentType == "text/x")
        #expect(info.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(info.createdAt == fixture.clock.now)
        #expect(try await fixture.store.head(ObjectKey("a/b c.txt")) == info)
        #expect(try await fixture.text("a/b c.txt") == "hello")
        let content = try await fixture.store.get(ObjectKey("a/b c.txt"))
        let file = try #require(content.body.file)
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "hello")
    }

    @Test("a large body passes through in chunks and comes back the same")
    func largeBody() async throws {
        let fixture = try CloudFixture(maximumObjectByteCount: 4 << 20)
        let block = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let body = AsyncStream<[UInt8]> { stream in
            for _ in 0..<40 { stream.yield(block) }
            stream.finish()
        }
        let key = try ObjectKey("big")
        let info = try await fixture.store.put(key, body: body, options: PutOptions(expectedByteCount: 40 * 65_537))
        var (size, largest) = (0, 0)
        for try await chunk in try await fixture.store.get(key).body {
            (size, largest) = (size + chunk.count, max(largest, chunk.count))
        }
        #expect(size == 40 * 65_537 && info.size == Int64(size) && largest <= 128 * 1024)
        let range = try await fixture.store.get(key, range: .closed(65_530, 65_546), ifMatch: info.etag)
        #expect(try await range.body.collect(upTo: 100) == Array(block.suffix(7)) + Array(block.prefix(10)))
    }

    @Test("a missing object, another version and an impossible range have S3's codes")
    func errors() async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put("a", "hello")
        let (key, missing) = (try ObjectKey("a"), try ObjectKey("b"))
        #expect(await kind { _ = try await fixture.store.head(missing) } == .noSuchKey)
        #expect(await kind { _ = try await fixture.store.get(missing) } == .noSuchKey)
        #expect(await kind { _ = try await fixture.store.get(key, range: .from(5), ifMatch: nil) } == .invalidRange)
        #expect(await kind { _ = try await fixture.store.get(key, range: nil, ifMatch: "x") } == .preconditionFailed)
        #expect(await kind { _ = try await fixture.store.list(prefix: "", after: nil, limit: 0) } == .invalidArgument)
        let content = try await fixture.store.get(key)
        #expect(await kind { _ = try await content.body.collect(upTo: 4) } == .entityTooLarge)
    }

    @Test("replacing keeps the readers of the old bytes going and leaves one file")
    func replace() async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put("a", "old")
        let old = try await fixture.store.get(ObjectKey("a"))
        _ = try await fixture.put("a", "new!")
        #expect(String(decoding: try await old.body.collect(upTo: 9), as: UTF8.self) == "old")
        #expect(try await fixture.text("a") == "new!")
        #expect(fixture.files().count == 1)
    }

    @Test("put-if-absent refuses a taken key and keeps the object")
    func ifAbsent() async throws {
        let fixture = try CloudFixture()
        let (key, options) = (try ObjectKey("a"), PutOptions(ifAbsent: true))
        try await fixture.store.put(key, body: chunks("one"), options: options)
        let refused = await kind { try await fixture.store.put(key, body: chunks("two"), options: options) }
        #expect(refused == .preconditionFailed)
        #expect(try await fixture.text("a") == "one")
        #expect(fixture.files().count == 1)
    }

    @Test("deleting removes row and file and may be repeated")
    func delete() async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put("a", "hello")
        try await fixture.store.delete(ObjectKey("a"))
        try await fixture.store.delete(ObjectKey("a"))
        #expect(await kind { _ = try await fixture.text("a") } == .noSuchKey)
        #expect(fixture.files().isEmpty)
    }

    @Test("a listing is ordered by bytes, paged, and bound to the prefix")
    func list() async throws {
        let fixture = try CloudFixture()
        for key in ["b/2", "a", "b/1", "b", "b/ü", "b0", "b/%".replacing("%", with: "_"), "c", "B/1"] {
            _ = try await fixture.put(key, "x")
        }
        let page = try await fixture.store.list(prefix: "b/", after: nil, limit: 3)
        #expect(page.objects.map(\.key.rawValue) == ["b/1", "b/2", "b/_"])
        let rest = try await fixture.store.list(prefix: "b/", after: page.next, limit: 3)
        #expect(rest.objects.map(\.key.rawValue) == ["b/ü"] && rest.next == nil)
        #expect(try await fixture.store.list(prefix: "").objects.count == 9)
        #expect(try await fixture.store.list(prefix: "x").objects.isEmpty)
    }

    @Test("a phase is published after the phase before, and not at all when that failed")
    func publish() async throws {
        let fixture = try CloudFixture()
        let source = "\(fixture.root)/source"
        try Data("bytes".utf8).write(to: URL(fileURLWithPath: source))
        func file(_ key: String, _ path: String) throws -> PublishedFile {
            PublishedFile(key: try ObjectKey(key), path: path, contentType: "audio/aac")
        }
        let segments = try (0..<9).map { try file("t/high_00\($0).aac", source) }
        let master = try file("t/master.m3u8", source)
        await #expect(throws: FileSystemError.self) {
            try await fixture.store.publish([segments + [try file("t/low.aac", source + "-missing")], [master]])
        }
        #expect(await kind { _ = try await fixture.store.head(master.key) } == .noSuchKey)
        let stored = try await fixture.store.publish([segments, [master]])
        #expect(stored.map(\.key) == segments.map(\.key) + [master.key])
        #expect(stored.allSatisfy { $0.contentType == "audio/aac" && $0.size == 5 })
    }

    @Test("a symbolic link, a directory or a device is not uploaded", arguments: ["link", "directory", "/dev/null"])
    func refusesSpecialFiles(_ name: String) async throws {
        let fixture = try CloudFixture()
        let path = name.hasPrefix("/") ? name : "\(fixture.root)/\(name)"
        if name == "link" {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
        }
        if name == "directory" {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        await #expect(throws: FileSystemError.self) {
            try await fixture.store.put(ObjectKey("a"), file: path, options: PutOptions())
        }
        #expect(try await fixture.store.list(prefix: "").objects.isEmpty)
    }

    @Test("a link planted in place of a stored file or its folder is not followed", arguments: [true, false])
    func plantedLink(_ replacesFolder: Bool) async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put("a", "hello")
        let path = try #require(try await fixture.store.get(ObjectKey("a")).body.file?.path)
        let target = replacesFolder ? (path as NSString).deletingLastPathComponent : path
        try FileManager.default.moveItem(atPath: target, toPath: "\(fixture.root)/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: target,
            withDestinationPath: "\(fixture.root)/elsewhere"
        )
        #expect(await kind { _ = try await fixture.store.get(ObjectKey("a")) } == .internalError)
    }

    @Test("files and directories are the owner's alone")
    func permissions() async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put("a", "hello")
        let path = try #require(try await fixture.store.get(ObjectKey("a")).body.file?.path)
        let file = try FileManager.default.attributesOfItem(atPath: path)
        let folder = try FileManager.default.attributesOfItem(atPath: "\(fixture.root)/objects/mizzo")
        #expect(file[.posixPermissions] as? Int == 0o600)
        #expect(folder[.posixPermissions] as? Int == 0o700)
    }

    private func kind(_ body: () async throws -> Void) async -> ObjectStoreError.Kind? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ObjectStoreError)?.kind
        }
    }
}
