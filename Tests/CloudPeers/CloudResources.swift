import Foundation

/// A bucket that announces uploads to a queue, both on moto, made by AWS's own library.
package struct CloudResources: Sendable {
    package let bucket: String
    package let queueURL: String
    /// Of S3 and SQS.
    package let endpoint: String

    /// Makes a bucket and a queue with fresh names.
    package static func make() async throws -> CloudResources {
        let endpoint = try await CloudPeers.moto.url
        let bucket = "mizzo-\(UUID().uuidString.lowercased())"
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: try PeerProcess.program("python3"))
        process.arguments = [
            root.appending(path: "scripts/cloud-resources.py").path(percentEncoded: false), endpoint, bucket, endpoint,
            bucket,
        ]
        process.environment = environment
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PeerProcess.Unavailable(description: "bucket and queue could not be made: \(said)")
        }
        return CloudResources(bucket: bucket, queueURL: said.filter { !$0.isNewline }, endpoint: endpoint)
    }

    /// Credentials and region as AWS's tools and ours read them.
    package static let environment = [
        "AWS_ACCESS_KEY_ID": CloudPeers.accessKeyID, "AWS_SECRET_ACCESS_KEY": CloudPeers.secretAccessKey,
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    ]

    /// The platform's settings for them.
    package var settings: [String: String] {
        [
            "storage.kind": "s3", "storage.endpoint": endpoint, "storage.addressing": "path",
            "storage.bucket": bucket, "queue.kind": "sqs", "queue.url": queueURL,
        ]
    }
}
