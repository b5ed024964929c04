import CloudPeers

/// Where objects lie and the events of uploads wait.
enum StorageMode: String, CaseIterable, Sendable {
    /// In the data folder and the database.
    case files
    /// In S3 and SQS, both by moto, whose bucket announces uploads itself.
    case moto
    /// In S3 by rclone, which checks signatures and their expiry and announces nothing; in SQS by moto.
    case rclone

    /// The platform's settings for it.
    func settings() async throws -> [String: String] {
        guard self != .files else { return [:] }
        let resources = try await CloudResources.make()
        guard self == .rclone else { return resources.settings }
        let rclone = ["storage.endpoint": try await CloudPeers.rclone.url, "storage.bucket": "mizzo"]
        return resources.settings.merging(rclone) { _, last in last }
    }

    var environment: [String: String] { self == .files ? [:] : CloudResources.environment }
}
