import CloudServices
import DurableSQLite
import Foundation
import GRDB
import Synchronization

/// A database in memory behind the floor's protocol. `failNextWrite` breaks a write after its
/// body ran, before its commit. A write once begun does not heed cancellation, as in a group commit.
final class MemoryDatabase: DatabaseAccess {
    struct BrokenCommit: Error {}

    private let queue: DatabaseQueue
    private let broken = Mutex(false)

    init() throws {
        queue = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        CloudMigrations.registerMigrations(in: &migrator)
        try migrator.migrate(queue)
    }

    func failNextWrite() {
        broken.withLock { $0 = true }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let isBroken = broken.withLock { broken in
            defer { broken = false }
            return broken
        }
        return try await Task { [queue] in
            try await queue.write { database in
                let value = try body(database)
                if isBroken { throw BrokenCommit() }
                return value
            }
        }.value
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.read(body)
    }
}

/// Time that stands still until told.
final class VirtualClock: Sendable {
    private let time: Mutex<Date>

    init(_ time: Date = Date(timeIntervalSince1970: 1_767_323_045)) {
        self.time = Mutex(time)
    }

    var now: Date { time.withLock { $0 } }

    func advance(_ seconds: Double) {
        time.withLock { $0 += seconds }
    }
}

/// A store, a queue and a request handler on a temporary directory that goes with the fixture.
final class CloudFixture: Sendable {
    static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret/Example+Key")

    let root: String
    let clock = VirtualClock()
    let database: MemoryDatabase
    let queue: EmbeddedQueue
    let store: FileObjectStore
    let handler: PresignedRequestHandler

    init(maximumReceiveCount: Int = 3, maximumObjectByteCount: Int64 = 1 << 20) throws {
        let (clock, database) = (clock, try MemoryDatabase())
        root = FileManager.default.temporaryDirectory.appendingPathComponent("cloud-\(UUID().uuidString)").path
        self.database = database
        queue = try EmbeddedQueue(
            name: "uploads",
            maximumReceiveCount: maximumReceiveCount,
            database: database,
            now: { clock.now }
        )
        let notification = ObjectNotification(id: "up", prefix: "raw-track/", suffix: ".mp3", queue: queue)
        store = try FileObjectStore(
            configuration: .init(
                root: root,
                bucket: BucketName("mizzo"),
                endpoint: ServiceEndpoint(scheme: .http, host: "127.0.0.1", port: 9000),
                credentials: Self.credentials,
                notifications: [notification],
                maximumObjectByteCount: maximumObjectByteCount
            ),
            database: database,
            now: { clock.now }
        )
        handler = PresignedRequestHandler(store: store, now: { clock.now })
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// All regular files below the root, relative to it.
    func files() -> [String] {
        let paths = FileManager.default.subpaths(atPath: root) ?? []
        return paths.filter { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
    }

    func put(_ key: String, _ text: String, contentType: String = "text/plain") async throws -> ObjectInfo {
        try await store.put(ObjectKey(key), body: chunks(text), options: PutOptions(contentType: contentType))
    }

    func text(_ key: String) async throws -> String {
        let content = try await store.get(ObjectKey(key))
        return String(decoding: try await content.body.collect(upTo: 1 << 20), as: UTF8.self)
    }

    func send(_ head: RequestHead, body: String = "") async -> ObjectResponse {
        await handler.respond(to: head, body: chunks(body))
    }
}

/// A body in chunks of five bytes.
func chunks(_ text: String) -> AsyncStream<[UInt8]> {
    let bytes = Array(text.utf8)
    return AsyncStream { stream in
        for start in stride(from: 0, to: bytes.count, by: 5) {
            stream.yield(Array(bytes[start..<min(start + 5, bytes.count)]))
        }
        stream.finish()
    }
}

extension RequestHead {
    /// The request a client would send for a presigned URL.
    init(_ request: PresignedRequest, bodyByteCount: Int? = nil) {
        self.init(method: request.method, url: request.url, headers: request.headers)
        if let bodyByteCount { headers.append(HeaderField("Content-Length", String(bodyByteCount))) }
    }

    init(method: String, url: String, headers: [HeaderField] = []) {
        let origin = url.range(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let (host, rest) = (origin.prefix { $0 != "/" }, origin.drop { $0 != "/" })
        self.init(
            method: method,
            path: String(rest.prefix { $0 != "?" }),
            query: String(rest.drop { $0 != "?" }.dropFirst()),
            headers: [HeaderField("Host", String(host))] + headers
        )
    }
}

extension ObjectResponse {
    /// The `Code` of an S3 error document; empty for a success.
    var errorCode: String {
        guard case .bytes(let bytes) = body else { return "" }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.range(of: "<Code>"), let end = text.range(of: "</Code>") else { return "" }
        return String(text[start.upperBound..<end.lowerBound])
    }

    func text() async throws -> String {
        switch body {
        case .none: ""
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .object(let body): String(decoding: try await body.collect(upTo: 1 << 20), as: UTF8.self)
        }
    }
}
