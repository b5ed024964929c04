import ActivityContracts
import CloudServices
import DurableSQLite
import Foundation
import MizzoCatalog
import WorkflowEngine

@testable import MizzoPlatform

/// A platform in a temporary folder that goes with the fixture.
final class PlatformFixture: Sendable {
    let folder: String
    let platform: Platform

    init(_ flags: [String: String] = [:], environment: [String: String] = [:]) async throws {
        folder = Self.temporaryFolder()
        let flags = flags.merging(["data": folder]) { first, _ in first }
        let configuration = try await PlatformConfiguration.read(
            flags: flags,
            file: nil,
            environment: environment,
            coreCount: 2
        )
        platform = try await Platform.open(configuration)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func temporaryFolder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("platform-\(UUID().uuidString)").path
    }

    /// Waits until `condition` holds, looking after every commit.
    func until(_ condition: @Sendable () async throws -> Bool) async throws {
        let (commits, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let observation = platform.database.observeCommits { continuation.yield() }
        defer { observation.cancel() }
        if try await condition() { return }
        for await _ in commits where try await condition() { return }
    }
}
