import AsyncHTTPClient
import CloudPeers
import Foundation
import NIOHTTP1
import Testing

@testable import CloudServices
@testable import MizzoAPI
@testable import MizzoPlatform

@Suite("From end to end, over the API alone", .timeLimit(.minutes(3)))
struct EndToEndTests {
    @Test(
        "an artist's upload is published, played, blocked and shown again, as everybody sees it",
        arguments: StorageMode.allCases
    )
    func story(mode: StorageMode) async throws {
        let fixture = try await PlatformFixture.reachable(mode)
        try await fixture.serving {
            let story = try await Story(fixture, mode)
            let rolf = try await story.becomesArtist()
            let track = try await story.uploads(with: rolf)
            try await story.isReviewed(track, rolf)
            let segment = try await story.plays(track, story.lou)
            try await story.streams(track)
            let playlist = try await story.listsPlaylist(of: track)
            try await story.isBlocked(track, segment: segment, in: playlist)
            try await story.moderates(playlist)
            try await story.isRemembered(track, rolf)
        }
    }
}

@Suite("The URLs that players are sent to", .timeLimit(.minutes(1)))
struct PlaybackLinkTests {
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: CloudHTTP.clientConfiguration
    )

    /// rclone's bucket, as of `now`.
    private func bucket(_ now: @escaping @Sendable () -> Date) async throws -> S3ObjectStore {
        let credentials = AWSCredentials(
            accessKeyID: CloudPeers.accessKeyID,
            secretAccessKey: CloudPeers.secretAccessKey
        )
        return S3ObjectStore(
            configuration: S3ObjectStore.Configuration(
                bucket: try BucketName("mizzo"),
                region: "us-east-1",
                endpoint: ServiceEndpoint(url: try await CloudPeers.rclone.url),
                addressing: .path
            ),
            credentials: CachedCredentials(credentials, now: now),
            client: Self.client,
            now: now
        )
    }

    /// What the API would send a player to for this object, as of `now`.
    private func link(_ key: ObjectKey, now: @escaping @Sendable () -> Date) async throws -> String {
        let endpoint = try PublicEndpoint(url: "http://127.0.0.1:8080")
        let media = ObjectMedia(store: try await bucket(now), endpoint: endpoint, links: .presigned, now: now)
        let object = try #require(try await media.object(key.rawValue))
        let link = try #require(object.link)
        return try await link(Caching.linkLifetime)
    }

    @Test("are good for the one object, whole or in part, for a minute and not a moment longer")
    func expiry() async throws {
        let (key, bytes) = (try ObjectKey("links/\(UUID().uuidString).aac"), Array("0123456789".utf8))
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(bytes)
            stream.finish()
        }
        try await bucket { Date() }.put(key, body: body, options: PutOptions(contentType: "audio/aac"))
        let fresh = try await link(key) { Date() }
        #expect(try await APIUser.send(.GET, fresh).bytes == bytes)
        let part = try await APIUser.send(.GET, fresh, ["range": "bytes=2-4"])
        #expect(part.bytes == Array(bytes[2...4]))
        #expect(try await APIUser.send(.GET, fresh.replacing("/links/", with: "/other/")).status == 403)
        let old = try await link(key) { Date() - 61 }
        let refusal = try await APIUser.send(.GET, old)
        #expect(refusal.status >= 400 && refusal.text.contains("AccessDenied"), "\(refusal.text)")
    }
}
