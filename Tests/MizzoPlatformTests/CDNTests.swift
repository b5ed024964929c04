import CloudServices
import Crypto
import CryptoExtras
import DurableSQLite
import Foundation
import MizzoCatalog
import NIOHTTP1
import Testing

@testable import MizzoPlatform

@Suite("Playback from a CDN", .timeLimit(.minutes(2)))
struct CDNTests {
    private static let origin = "https://cdn.example.org"
    private let key: _RSA.Signing.PrivateKey
    private let path = PlatformFixture.temporaryFolder() + ".pem"
    private var settings: [String: String] {
        [
            "playback.cdn-url": Self.origin, "playback.cdn-key-pair-id": "K1TEST",
            "playback.cdn-private-key-file": path,
        ]
    }

    /// Enough for `storage.kind` `s3`; nothing is there.
    private static let bucket = [
        "storage.kind": "s3", "queue.kind": "sqs", "queue.url": "http://127.0.0.1:1/1/q", "aws.region": "us-east-1",
    ]

    init() throws {
        key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        try Data(key.pemRepresentation.utf8).write(to: URL(filePath: path))
    }

    private func read(_ flags: [String: String]) async throws -> PlatformConfiguration {
        try await PlatformConfiguration.read(
            flags: Self.bucket.merging(flags) { _, last in last },
            file: nil,
            environment: [:],
            coreCount: 1
        )
    }

    private func removeKey() { try? FileManager.default.removeItem(atPath: path) }

    @Test("the settings need each other, a bucket, and a delivery that uses them", arguments: 0..<6)
    func combinations(number: Int) async throws {
        defer { removeKey() }
        var flags = settings
        switch number {
        case 0: flags["playback.cdn-url"] = nil
        case 1: flags["playback.cdn-key-pair-id"] = nil
        case 2: flags["playback.cdn-private-key-file"] = nil
        case 3: flags["playback.delivery"] = "proxy"
        case 4: flags.merge(["storage.kind": "files", "queue.kind": "embedded", "queue.url": ""]) { $1 }
        default: flags = ["playback.cdn-url": Self.origin]
        }
        let error = await #expect(throws: ConfigurationError.self) { try await read(flags) }
        #expect(error?.code == "configuration-combination-invalid")
        #expect(error?.message.contains("playback.cdn-url") == true)
    }

    @Test(
        "a value that cannot be used is refused with its name",
        arguments: [
            ("playback.cdn-url", "cdn.example.org"), ("playback.cdn-url", "https://cdn.example.org/path"),
            ("playback.cdn-key-pair-id", "K 1"), ("playback.cdn-private-key-file", "/nowhere/key.pem"),
            ("playback.cdn-private-key-file", "/dev/null"),
        ]
    )
    func values(name: String, value: String) async throws {
        defer { removeKey() }
        let error = await #expect(throws: ConfigurationError.self) {
            try await read(settings.merging([name: value]) { _, last in last })
        }
        #expect(error?.code == "configuration-value-invalid")
        #expect(error?.message.contains(name) == true && error?.message.contains(value) == true)
    }

    @Test("the key is never printed")
    func secret() async throws {
        defer { removeKey() }
        let found = try await read(settings)
        var dumped = ""
        dump(found, to: &dumped)
        for line in key.pemRepresentation.split(separator: "\n") {
            #expect(!dumped.contains(line) && !found.redacted.contains(line))
        }
        #expect(found.redacted.contains("playback.cdn-url = \(Self.origin)"))
        #expect(found.redacted.contains("playback.cdn-key-pair-id = K1TEST"))
    }

    /// A track that everybody may hear, with one segment in the bucket.
    private func publish(_ fixture: PlatformFixture) async throws -> TrackID {
        let id = try #require(TrackID(rawValue: "track-cdn"))
        try await fixture.register(id)
        try await fixture.platform.database.write { db in
            for status in [TrackStatus.processing, .reviewing, .published] {
                try Catalog.moveTrack(id, to: status, by: .publishing, at: Date(), in: db)
            }
        }
        try await fixture.put(MediaKeys.transcoded(id, file: "high_000.aac"), [1, 2, 3])
        return id
    }

    @Test("a published segment is at the CDN for a minute, signed for this one object; a blocked one is nowhere")
    func redirects() async throws {
        defer { removeKey() }
        let fixture = try await PlatformFixture.reachable(.moto, settings)
        try await fixture.serving {
            let id = try await publish(fixture)
            let path = "/hls/\(id)/high_000.aac"
            let before = Int(Date().timeIntervalSince1970)
            let answer = try await fixture.anonymous.get(path)
            #expect(answer.status == 307, "\(answer.text)")
            #expect(answer.headers.first(name: "cache-control") == "public, max-age=30, must-revalidate")
            let location = try #require(answer.headers.first(name: "location"))
            let expires = try verified(location, "\(Self.origin)/\(MediaKeys.transcoded(id, file: "high_000.aac"))")
            #expect((before + 60...Int(Date().timeIntervalSince1970) + 60).contains(expires))

            try await fixture.platform.database.write { db in
                _ = try Catalog.moveTrack(id, to: .blocked, reason: "Mine.", by: .publishing, at: Date(), in: db)
            }
            #expect(try await fixture.anonymous.get(path).status == 403)
        }
    }

    /// Checks a URL as CloudFront does, and returns when it expires.
    private func verified(_ location: String, _ resource: String) throws -> Int {
        let parts = try #require(
            location.wholeMatch(of: /([^?]+)\?Expires=(\d+)&Signature=([\w~-]+)&Key-Pair-Id=K1TEST/)
        )
        #expect(parts.1 == resource)
        let policy =
            #"{"Statement":[{"Resource":"\#(resource)","Condition":{"DateLessThan":{"AWS:EpochTime":\#(parts.2)}}}]}"#
        let base64 = parts.3.replacing("-", with: "+").replacing("_", with: "=").replacing("~", with: "/")
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try #require(Data(base64Encoded: String(base64))))
        let digest = Insecure.SHA1.hash(data: Data(policy.utf8))
        #expect(key.publicKey.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5))
        return try #require(Int(parts.2))
    }
}
