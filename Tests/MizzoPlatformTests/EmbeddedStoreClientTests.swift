import CloudPeers
import CloudServices
import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import MizzoPlatform

@Suite("The embedded object store and AWS's own clients", .timeLimit(.minutes(2)))
struct EmbeddedStoreClientTests {
    /// Runs the script; gives its exit code and what it said.
    private static func runClient(_ endpoint: String) async throws -> (code: Int32, said: String) {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients/s3_client.py")
        let (python, aws) = (try PeerProcess.program("python3"), try PeerProcess.program("aws"))
        return try await withCheckedThrowingContinuation { continuation in
            let (process, output) = (Process(), Pipe())
            process.executableURL = URL(filePath: python)
            process.arguments = [script.path(percentEncoded: false), endpoint, "mizzo", aws]
            process.environment = CloudResources.environment.merging([
                "AWS_ACCESS_KEY_ID": "mizzo", "AWS_SECRET_ACCESS_KEY": "storage-secret-of-the-test",
                "PATH": "/usr/bin:/bin",
            ]) { _, last in last }
            (process.standardOutput, process.standardError) = (output, output)
            process.terminationHandler = { ended in
                let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                continuation.resume(returning: (ended.terminationStatus, said))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    @Test("boto3 and the AWS command line put, get, range, head, list, delete, upload in parts and presign as with S3")
    func clients() async throws {
        let port = try LocalPort.free()
        let fixture = try await PlatformFixture(
            ["http.port": "\(port)"],
            environment: ["MIZZO_STORAGE_SECRET": "storage-secret-of-the-test"]
        )
        let api = try #require(try await fixture.platform.apiServices().first)
        let group = ServiceGroup(services: [api], logger: Logger(label: "api") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        let (code, said) = try await Self.runClient("http://127.0.0.1:\(port)/objects")
        #expect(code == 0, "\(said)")
        await group.triggerGracefulShutdown()
        try await running.value
        let left = try await fixture.platform.objects.list(prefix: "").objects.map(\.key.rawValue)
        #expect(left == ["dir/empty", "large", "signed"])
        await fixture.platform.close()
    }
}
