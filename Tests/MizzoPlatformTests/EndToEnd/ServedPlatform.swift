import CloudPeers
import CloudServices
import Foundation
import Logging
import MizzoCatalog
import NIOHTTP1
import ServiceLifecycle
import Testing

@testable import MizzoPlatform

extension PlatformFixture {
    /// A platform that listens on a port of its own and takes as many requests as come.
    static func reachable(_ mode: StorageMode, _ flags: [String: String] = [:]) async throws -> PlatformFixture {
        let api = ["http.port": "\(try LocalPort.free())", "http.reads-per-minute": "0", "http.writes-per-minute": "0"]
        return try await PlatformFixture(
            api.merging(try await mode.settings()) { first, _ in first }.merging(flags) { _, last in last },
            environment: mode.environment
        )
    }

    /// Runs API and worker while `body` runs.
    func serving(_ body: () async throws -> Void) async throws {
        let worker = try await platform.workerServices()
        let api = try await platform.apiServices(onUpload: worker.uploadArrived)
        let silence = Logger(label: "platform") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: worker.services + api, logger: silence)
        let running = Task { try await group.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        let ended = await running.result
        await platform.close()
        // First: without services of its own, the body was talking to nobody, or to a stranger.
        try ended.get()
        try result.get()
    }

    /// Nobody in particular.
    var anonymous: APIUser { APIUser(url: platform.configuration.publicURL) }

    /// Somebody the operator has added.
    func person(_ id: String, _ role: Role) async throws -> APIUser {
        try await platform.putUser(id, role: role, name: id.capitalized)
        return try await signedIn(id)
    }

    /// A fresh token for somebody.
    func signedIn(_ id: String) async throws -> APIUser {
        let token = try await platform.mintToken(user: id, lifetime: 3600)
        return APIUser(url: platform.configuration.publicURL, token: token)
    }

    /// Says what S3 would of an upload, for a bucket that says nothing.
    func announce(_ key: String, _ upload: APIUser.Answer, _ byteCount: Int) async throws {
        let etag = try #require(upload.headers.first(name: "etag")).filter { $0 != "\"" }
        try await announce(key, etag: etag, byteCount)
    }

    /// The same for an upload of which the etag is known.
    func announce(_ key: String, etag: String, _ byteCount: Int) async throws {
        try await platform.uploadEvents.send(
            """
            {"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":\
            "\(platform.configuration.bucket)"},"object":{"key":"\(key)","size":\(byteCount),"eTag":"\(etag)"}}}]}
            """
        )
    }
}
