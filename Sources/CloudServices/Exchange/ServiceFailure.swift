import FoundationEssentials
import NIOHTTP1

/// A refusal of an AWS service that speaks JSON.
public struct ServiceFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name.
    public var code: String { "cloud-service-refused" }
    /// What was asked for, such as `ReceiveMessage`.
    public let operation: String
    /// HTTP status.
    public let status: Int
    /// The service's own name for it without its namespace, such as `QueueDoesNotExist`.
    public let type: String
    /// The service's sentence.
    public let message: String

    /// The code and the sentence.
    public var description: String {
        "\(code): \(operation) was answered with \(status) \(type): \(message)"
    }

    init(_ operation: String, status: Int, type: String, message: String) {
        self.operation = operation
        self.status = status
        self.type = type
        self.message = message
    }

    /// The type stands in the body (`namespace#Type`) or in a header (`Type:…`); bodies that are no JSON, such as those of a
    /// proxy, have none.
    init(_ operation: String, status: Int, headers: HTTPHeaders, _ body: Data) {
        let answer = try? JSONDecoder().decode(Body.self, from: body)
        let header = headers.first(name: "x-amzn-errortype").map { String($0.prefix { $0 != ":" }) }
        let name = answer?.type ?? header ?? "Unknown"
        self.init(
            operation,
            status: status,
            type: name.split(separator: "#").last.map(String.init) ?? name,
            message: answer?.message ?? "no details"
        )
    }

    private struct Body: Decodable {
        let type: String?
        let message: String?

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message, capital = "Message"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            type = try values.decodeIfPresent(String.self, forKey: .type)
            message =
                try values.decodeIfPresent(String.self, forKey: .message)
                ?? values.decodeIfPresent(String.self, forKey: .capital)
        }
    }
}
