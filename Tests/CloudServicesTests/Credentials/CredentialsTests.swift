import AsyncHTTPClient
import CloudPeers
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import CloudServices

/// A source that a test writes.
struct FakeSource: CredentialsProvider {
    let give: @Sendable () async throws -> IssuedCredentials?

    func credentials() async throws -> IssuedCredentials? { try await give() }
}

@Suite("Where credentials come from", .timeLimit(.minutes(1)))
struct CredentialsTests {
    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? CredentialsError)?.code
        }
    }

    private func withClient<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: CloudHTTP.clientConfiguration)
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try await client.shutdown()
        return try result.get()
    }

    @Test("the environment gives a pair, a token, or says which half is missing")
    func environment() async throws {
        let pair = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"]
        let found = try #require(try await EnvironmentCredentials(pair).credentials()).credentials
        #expect((found.accessKeyID, found.secretAccessKey, found.sessionToken) == ("a", "s", "t"))
        #expect(try await EnvironmentCredentials(["AWS_ACCESS_KEY_ID": ""]).credentials() == nil)
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            let half = EnvironmentCredentials([name: "x"])
            #expect(await code { _ = try await half.credentials() } == "credentials-malformed")
        }
    }

    private static let file = """
        # a comment
        [default]
        aws_access_key_id = AKDEFAULT
        aws_secret_access_key=se=cr et
        s3 =
          addressing_style = path
          aws_access_key_id = nested
        [other]
        AWS_ACCESS_KEY_ID = AKOTHER
        aws_secret_access_key = s2
        aws_session_token = t2
        [role]
        role_arn = arn:aws:iam::1:role/x
        [half]
        aws_access_key_id = AKHALF
        """

    @Test("shared files: profiles, values with signs in them, nested values, what is not supported")
    func sharedFiles() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("aws-\(UUID().uuidString)").path
        try Data(Self.file.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        func source(_ profile: String?) -> SharedFileCredentials {
            var environment = ["AWS_SHARED_CREDENTIALS_FILE": path, "AWS_CONFIG_FILE": "/nonexistent"]
            environment["AWS_PROFILE"] = profile
            return SharedFileCredentials(environment)
        }
        let first = try #require(try await source(nil).credentials()).credentials
        #expect((first.accessKeyID, first.secretAccessKey, first.sessionToken) == ("AKDEFAULT", "se=cr et", nil))
        let other = try #require(try await source("other").credentials()).credentials
        #expect((other.accessKeyID, other.sessionToken) == ("AKOTHER", "t2"))
        for profile in ["role", "half", "absent"] {
            #expect(await code { _ = try await source(profile).credentials() } == "credentials-malformed", "\(profile)")
        }
        let none = SharedFileCredentials(["AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "HOME": "/nonexistent"])
        #expect(try await none.credentials() == nil)
    }

    @Test("the configuration file names its sections differently")
    func configurationFile() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("aws-\(UUID().uuidString)").path
        try Data("[profile x]\naws_access_key_id=A\naws_secret_access_key=B\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let environment = ["AWS_CONFIG_FILE": path, "AWS_PROFILE": "x", "HOME": "/nonexistent"]
        #expect(try await SharedFileCredentials(environment).credentials()?.credentials.accessKeyID == "A")
    }

    private static let answer = """
        {"Code":"Success","AccessKeyId":"AKROLE","SecretAccessKey":"s","Token":"t","Expiration":"2026-01-02T09:00:00Z"}
        """

    @Test("an instance gives its role's pair for a session token only")
    func instance() async throws {
        let server = ScriptedServer { asked in
            let isSession = HTTPField.Name("X-aws-ec2-metadata-token").flatMap { asked.headers[$0] } == "session"
            let path = "/latest/meta-data/iam/security-credentials/"
            switch (asked.method, asked.path) {
            case ("PUT", "/latest/api/token"): return .init(200, [:], "session".utf8)
            case ("GET", path) where isSession: return .init(200, [:], "my-role\n".utf8)
            case ("GET", path + "my-role") where isSession: return .init(200, [:], Self.answer.utf8)
            default: return .init(401)
            }
        }
        try await server.serving { url in
            try await withClient { (client: HTTPClient) async throws in
                let source = InstanceCredentials(["AWS_EC2_METADATA_SERVICE_ENDPOINT": url], client: client)
                let found = try #require(try await source.credentials())
                #expect(found.credentials.accessKeyID == "AKROLE" && found.credentials.sessionToken == "t")
                #expect(found.expiresAt == Date(timeIntervalSince1970: 1_767_344_400))
                #expect(found.refreshAt == Date(timeIntervalSince1970: 1_767_344_100))
                let off = ["AWS_EC2_METADATA_DISABLED": "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url]
                #expect(try await InstanceCredentials(off, client: client).credentials() == nil)
                let nobody = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"]
                #expect(try await InstanceCredentials(nobody, client: client).credentials() == nil)
            }
        }
    }

    @Test("a container's agent is sent its token, and plain HTTP to strangers is refused")
    func container() async throws {
        let server = ScriptedServer { asked in
            asked.headers[.authorization] == "secret" ? .init(200, [:], Self.answer.utf8) : .init(403)
        }
        try await server.serving { url in
            try await withClient { (client: HTTPClient) async throws in
                var environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(url)/creds"]
                let nameless = ContainerCredentials(environment, client: client)
                #expect(await code { _ = try await nameless.credentials() } == "credentials-source-failed")
                environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "secret"
                let source = ContainerCredentials(environment, client: client)
                #expect(try await source.credentials()?.credentials.accessKeyID == "AKROLE")
                environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.com/creds"
                let foreign = ContainerCredentials(environment, client: client)
                #expect(await code { _ = try await foreign.credentials() } == "credentials-malformed")
                #expect(try await ContainerCredentials([:], client: client).credentials() == nil)
            }
        }
    }

    @Test("the first source that is set up decides, also when it fails")
    func chain() async throws {
        let none = FakeSource { nil }
        let one = AWSCredentials(accessKeyID: "one", secretAccessKey: "s")
        let broken = FakeSource { throw CredentialsError.notFound }
        #expect(try await CredentialsChain([none, one, broken]).credentials()?.credentials.accessKeyID == "one")
        #expect(await code { _ = try await CredentialsChain([broken, one]).credentials() } == "credentials-not-found")
        let cache = CachedCredentials(CredentialsChain([none]))
        #expect(await code { _ = try await cache.current() } == "credentials-not-found")
    }

    @Test("a pair is renewed before it expires; when that fails the present one is used to its end")
    func renewal() async throws {
        let clock = VirtualClock()
        let start = clock.now
        let asked = Mutex(0)
        let source = FakeSource {
            let number = asked.withLock { value in
                value += 1
                return value
            }
            guard number != 2 else { throw CredentialsError.failed("The source", "down") }
            let pair = AWSCredentials(accessKeyID: "AK\(number)", secretAccessKey: "s")
            return IssuedCredentials(pair, refreshAt: start + 3300, expiresAt: start + 3600)
        }
        let cache = CachedCredentials(source, now: { clock.now })
        #expect(try await cache.current().accessKeyID == "AK1")
        clock.advance(3299)
        #expect(try await cache.current().accessKeyID == "AK1")
        #expect(asked.withLock { $0 } == 1)
        clock.advance(2)
        #expect(try await cache.current().accessKeyID == "AK1")
        #expect(try await cache.current().accessKeyID == "AK3")
    }

    @Test("many callers ask once")
    func singleFlight() async throws {
        let asked = Mutex(0)
        let source = FakeSource {
            asked.withLock { $0 += 1 }
            await Task.yield()
            return IssuedCredentials(AWSCredentials(accessKeyID: "a", secretAccessKey: "s"))
        }
        let cache = CachedCredentials(source)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await cache.current() } }
            try await group.waitForAll()
        }
        #expect(asked.withLock { $0 } == 1)
    }
}
