import AsyncHTTPClient
import CloudPeers
import Foundation

@testable import CloudServices

/// A queue with dead letters on moto, and a bucket that announces uploads to it.
final class SQSFixture: Sendable {
    let queue: SQSQueue
    let s3: S3Fixture
    private let arn: String

    struct Create: Encodable {
        let name: String
        var attributes: [String: String] = [:]

        private enum CodingKeys: String, CodingKey {
            case name = "QueueName"
            case attributes = "Attributes"
        }
    }

    struct Created: Decodable {
        let url: String

        private enum CodingKeys: String, CodingKey { case url = "QueueUrl" }
    }

    struct GetAttributes: Encodable {
        let url: String
        let names = ["QueueArn"]

        private enum CodingKeys: String, CodingKey {
            case url = "QueueUrl"
            case names = "AttributeNames"
        }
    }

    struct Attributes: Decodable {
        let attributes: [String: String]

        private enum CodingKeys: String, CodingKey { case attributes = "Attributes" }
    }

    init(maximumReceiveCount: Int = 3, hasDeadLetters: Bool = true) async throws {
        let url = try await CloudPeers.moto.url
        let client = S3Fixture.sharedClient
        let credentials = CachedCredentials(S3Fixture.peerCredentials)
        let name = "uploads-\(UUID().uuidString.lowercased())"
        let admin = try SQSQueue(url: "\(url)/1/x", region: "us-east-1", credentials: credentials, client: client)
            .service
        let dead = try await Self.create("\(name)-dead", [:], admin)
        let policy = "{\"deadLetterTargetArn\":\"\(dead.arn)\",\"maxReceiveCount\":\"\(maximumReceiveCount)\"}"
        let main = try await Self.create(name, hasDeadLetters ? ["RedrivePolicy": policy] : [:], admin)
        arn = main.arn
        queue = try SQSQueue(url: main.url, region: "us-east-1", credentials: credentials, client: client)
        s3 = try await S3Fixture.moto()
    }

    private static func create(
        _ name: String,
        _ attributes: [String: String],
        _ admin: JSONServiceClient
    ) async throws -> (url: String, arn: String) {
        let request = Create(name: name, attributes: attributes)
        let url = try await admin.call("CreateQueue", request, as: Created.self).url
        let found = try await admin.call("GetQueueAttributes", GetAttributes(url: url), as: Attributes.self)
        return (url, found.attributes["QueueArn"] ?? "")
    }

    /// Makes the bucket announce new objects below `raw-track/`.
    func announceUploads() async throws {
        let rule = """
            <NotificationConfiguration><QueueConfiguration><Id>up</Id><Queue>\(arn)</Queue>\
            <Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>raw-track/</Value>\
            </FilterRule></S3Key></Filter></QueueConfiguration></NotificationConfiguration>
            """
        let request = ServiceRequest(
            method: "PUT",
            path: s3.store.path(nil),
            query: QueryString([.init(name: "notification", value: "")]),
            body: Array(rule.utf8)
        )
        try await s3.store.exchange(request, about: nil) { try await S3Answer.drain($0) }
    }

    /// Takes everything there is.
    func drain() async throws -> [QueueMessage] {
        var all: [QueueMessage] = []
        while true {
            let batch = try await queue.receive(limit: 10, visibilityTimeout: .seconds(60), wait: .seconds(1))
            guard !batch.isEmpty else { return all }
            all += batch
        }
    }
}
