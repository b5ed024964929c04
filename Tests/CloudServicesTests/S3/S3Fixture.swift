import AsyncHTTPClient
import CloudPeers
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

@testable import CloudServices

/// An S3 client against one endpoint. Its pauses are not waited for but written down.
final class S3Fixture: Sendable {
    let client: HTTPClient
    let store: S3ObjectStore
    let pauses: Pauses

    init(
        url: String,
        bucket: String = "mizzo",
        credentials: any CredentialsProvider = S3Fixture.peerCredentials,
        attemptsMax: Int = 4,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let pauses = Pauses()
        self.pauses = pauses
        client = Self.sharedClient
        store = S3ObjectStore(
            configuration: .init(
                bucket: try BucketName(bucket),
                region: "us-east-1",
                endpoint: ServiceEndpoint(url: url),
                addressing: .path,
                partByteCount: 5 << 20,
                backOff: pauses.backOff(attemptsMax: attemptsMax)
            ),
            credentials: CachedCredentials(credentials, now: now),
            client: client,
            now: now
        )
    }

    /// One for the whole process; it ends with it.
    static let sharedClient = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: CloudHTTP.clientConfiguration
    )

    static let peerCredentials = AWSCredentials(
        accessKeyID: CloudPeers.accessKeyID,
        secretAccessKey: CloudPeers.secretAccessKey
    )

    /// A client of rclone's server.
    static func rclone(
        credentials: any CredentialsProvider = peerCredentials,
        now: @escaping @Sendable () -> Date = { Date() }
    ) async throws -> S3Fixture {
        try S3Fixture(url: try await CloudPeers.rclone.url, credentials: credentials, now: now)
    }

    /// A client of moto's server with a bucket of its own.
    static func moto() async throws -> S3Fixture {
        let bucket = "bucket-\(UUID().uuidString.lowercased())"
        let fixture = try S3Fixture(url: try await CloudPeers.moto.url, bucket: bucket)
        let request = ServiceRequest(method: "PUT", path: fixture.store.path(nil))
        try await fixture.store.exchange(request, about: nil) { try await S3Answer.drain($0) }
        return fixture
    }

    func put(_ key: String, _ bytes: [UInt8], _ options: PutOptions = PutOptions()) async throws -> ObjectInfo {
        try await store.put(ObjectKey(key), body: pieces(bytes), options: options)
    }

    func bytes(_ key: String, range: ByteRange? = nil, ifMatch: String? = nil) async throws -> [UInt8] {
        try await store.get(ObjectKey(key), range: range, ifMatch: ifMatch).body.collect(upTo: 64 << 20)
    }

    /// The status of a presigned request that a stranger sends.
    func send(_ request: PresignedRequest, body: [UInt8] = []) async throws -> (status: Int, body: [UInt8]) {
        var message = HTTPClientRequest(url: request.url)
        message.method = .init(rawValue: request.method)
        for field in request.headers { message.headers.add(name: field.name, value: field.value) }
        if request.method == "PUT" { message.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(message, timeout: .seconds(20))
        let content = try await response.body.collect(upTo: 64 << 20)
        return (Int(response.status.code), Array(content.readableBytesView))
    }
}

/// Pauses that were asked for; none is made.
final class Pauses: Sendable {
    private let asked = Mutex<[Duration]>([])

    var all: [Duration] { asked.withLock { $0 } }

    func backOff(attemptsMax: Int) -> BackOff {
        BackOff(
            attemptsMax: attemptsMax,
            sleep: { duration in self.asked.withLock { $0.append(duration) } },
            random: { 0.5 }
        )
    }
}

/// A body in pieces of a size that divides nothing.
func pieces(_ bytes: [UInt8], _ size: Int = 700_001) -> AsyncStream<[UInt8]> {
    AsyncStream { stream in
        for start in stride(from: 0, to: bytes.count, by: size) {
            stream.yield(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        stream.finish()
    }
}

/// Bytes that differ from their neighbours.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

/// The kind of the error that `body` throws; `nil` when it throws none.
func kind(_ body: () async throws -> Void) async throws -> ObjectStoreError.Kind? {
    do {
        try await body()
        return nil
    } catch let error as ObjectStoreError {
        return error.kind
    }
}
