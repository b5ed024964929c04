import Foundation

/// The servers that stand in for AWS, one of each per test process.
package enum CloudPeers {
    /// What rclone accepts.
    package static let accessKeyID = "AKIDPEER"
    package static let secretAccessKey = "peer/Secret+Key"

    private static let rcloneStart = Task { try await startRclone() }
    private static let motoStart = Task { try await PeerProcess.start("moto_server", ["-p", "0"]) }

    /// `rclone serve s3`: checks signatures and their expiry; has the bucket `mizzo`.
    package static var rclone: PeerProcess { get async throws { try await rcloneStart.value } }

    /// `moto_server`: conditional requests, queues and events; checks no signature.
    package static var moto: PeerProcess { get async throws { try await motoStart.value } }

    private static func startRclone() async throws -> PeerProcess {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rclone-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: "\(folder)/mizzo", withIntermediateDirectories: true)
        return try await PeerProcess.start(
            "rclone",
            ["serve", "s3", folder, "--addr", "127.0.0.1:0", "--auth-key", "\(accessKeyID),\(secretAccessKey)", "-v"]
        )
    }
}
