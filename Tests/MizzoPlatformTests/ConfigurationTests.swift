import Foundation
import MizzoAPI
import Testing

@testable import MizzoPlatform

@Suite("Configuration")
struct ConfigurationTests {
    private func read(
        flags: [String: String] = [:],
        file: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> PlatformConfiguration {
        guard let file else {
            return try await PlatformConfiguration.read(flags: flags, file: nil, environment: environment, coreCount: 4)
        }
        let path = PlatformFixture.temporaryFolder() + ".json"
        try Data(file.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await PlatformConfiguration.read(flags: flags, file: path, environment: environment, coreCount: 4)
    }

    @Test("flags come before the environment, the environment before the file, the file before defaults")
    func precedence() async throws {
        let file =
            #"{"http": {"port": 1, "host": "file"}, "storage": {"bucket": "file"}, "worker": {"lyrics-slots": 7}}"#
        let found = try await read(
            flags: ["http.port": "3"],
            file: file,
            environment: ["MIZZO_HTTP_PORT": "2", "MIZZO_HTTP_HOST": "environment"]
        )
        #expect(found.port == 3)
        #expect(found.host == "environment")
        #expect(found.bucket == "file")
        #expect(found.lyricsSlots == 7)
        #expect(found.transcodingSlots == 4)
        #expect(found.publicURL == "http://environment:3")
    }

    @Test("a key nobody knows is refused with the nearest one")
    func unknownKey() async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await read(file: #"{"http": {"prot": 1}}"#) }
        #expect(error?.code == "configuration-key-unknown")
        #expect(error?.message.contains("\"http.port\"") == true)
    }

    @Test(
        "played bytes come from a bucket if there is one, unless somebody says otherwise",
        arguments: [("automatic", false, true), ("proxy", false, false), ("redirect", true, true)]
    )
    func delivery(setting: String, fromFiles: Bool, fromBucket: Bool) async throws {
        let exposure = try await read(flags: ["playback.delivery": setting]).exposure
        #expect(exposure.delivery.redirects(from: .files) == fromFiles)
        #expect(exposure.delivery.redirects(from: .s3) == fromBucket)
        #expect(try await read().exposure.delivery == .automatic)
    }

    @Test(
        "a value that cannot be used is refused with its name",
        arguments: [
            ["http.port": "70000"], ["http.port": "many"], ["log.level": "loud"], ["worker.lyrics-slots": "0"],
            ["http.cors-origins": "*"], ["http.cors-origins": "https://a.example/"], ["http.cors-origins": "a.example"],
            ["http.trusted-proxies": "10.0.0.0/8, nowhere"], ["http.reads-per-minute": "-1"], ["metrics.port": "x"],
            ["token.keys": "nameless"],
            ["playback.delivery": "pigeon"],
        ]
    )
    func invalid(flags: [String: String]) async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await read(flags: flags) }
        #expect(error?.code == "configuration-value-invalid")
        #expect(error?.message.contains(try #require(flags.keys.first)) == true)
    }

    @Test("secrets are never printed")
    func secrets() async throws {
        let found = try await read(
            environment: ["MIZZO_TOKEN_SECRET": "tok-hidden", "MIZZO_GEMINI_API_KEY": "key-hidden"]
        )
        var dumped = ""
        dump(found, to: &dumped)
        for text in [found.redacted, "\(found)", String(reflecting: found), dumped] {
            #expect(!text.contains("hidden"))
        }
        #expect(found.redacted.contains("token.secret = ***"))
    }

    @Test("lists are read, limits become buckets, and token keys stay hidden")
    func exposure() async throws {
        let found = try await read(
            flags: [
                "http.cors-origins": "https://a.example, http://localhost:3000",
                "http.trusted-proxies": "::1,10.0.0.0/8",
                "http.writes-per-minute": "30", "http.media-per-minute": "0",
            ],
            environment: ["MIZZO_TOKEN_KEYS": "new=hidden-1,old=hidden=2"]
        )
        #expect(found.exposure.corsOrigins == ["https://a.example", "http://localhost:3000"])
        #expect(found.exposure.trustedProxies == ["::1", "10.0.0.0/8"])
        #expect(found.exposure.rateLimits.write == RateLimit(burst: 15, perSecond: 0.5))
        #expect(found.exposure.rateLimits.media == nil && found.exposure.rateLimits.read?.burst == 600)
        #expect(
            found.exposure.tokenKeys.map(\.id) == ["new", "old"]
                && found.exposure.tokenKeys[1].secret.text == "hidden=2"
        )
        #expect(!found.redacted.contains("hidden") && found.redacted.contains("token.keys = new=***,old=***"))
    }

    @Test("a generated secret is private and the same for everybody")
    func generated() async throws {
        let path = PlatformFixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let secrets = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try GeneratedSecret(path: path).read() } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
        #expect(secrets.first?.utf8.count == 64)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("presigned URLs are moved below the mount")
    func mounting() throws {
        let endpoint = try PublicEndpoint(url: "http://127.0.0.1:8080")
        let url = endpoint.mounted("http://127.0.0.1:8080/mizzo/raw-track/a.mp3?X=1")
        #expect(url == "http://127.0.0.1:8080/objects/mizzo/raw-track/a.mp3?X=1")
        #expect(throws: ConfigurationError.self) { try PublicEndpoint(url: "example.com") }
        #expect(throws: ConfigurationError.self) { try PublicEndpoint(url: "http://example.com/path") }
    }
}
