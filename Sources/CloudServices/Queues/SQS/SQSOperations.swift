/// The bodies of SQS's JSON operations, as far as they are used.
enum SQSOperation {
    struct Attribute: Codable, Sendable {
        var dataType = "String"
        var stringValue: String?

        enum CodingKeys: String, CodingKey {
            case dataType = "DataType"
            case stringValue = "StringValue"
        }
    }

    struct Send: Encodable {
        let queueURL: String
        let body: String
        var delay = 0
        var attributes: [String: Attribute] = [:]

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case body = "MessageBody"
            case delay = "DelaySeconds"
            case attributes = "MessageAttributes"
        }
    }

    struct Sent: Decodable {
        let id: String

        enum CodingKeys: String, CodingKey { case id = "MessageId" }
    }

    struct Receive: Encodable {
        let queueURL: String
        let limit: Int
        let visibility: Int
        var wait = 0
        let systemAttributes = ["All"]
        let attributes = ["All"]

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case limit = "MaxNumberOfMessages"
            case visibility = "VisibilityTimeout"
            case wait = "WaitTimeSeconds"
            // Both names: services that are not AWS often know only the older one.
            case systemAttributes = "MessageSystemAttributeNames"
            case oldSystemAttributes = "AttributeNames"
            case attributes = "MessageAttributeNames"
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(queueURL, forKey: .queueURL)
            try values.encode(limit, forKey: .limit)
            try values.encode(visibility, forKey: .visibility)
            try values.encode(wait, forKey: .wait)
            try values.encode(systemAttributes, forKey: .systemAttributes)
            try values.encode(systemAttributes, forKey: .oldSystemAttributes)
            try values.encode(attributes, forKey: .attributes)
        }
    }

    struct Message: Decodable, Sendable {
        let id: String
        let receipt: String
        let body: String
        let md5: String?
        let system: [String: String]?
        let attributes: [String: Attribute]?

        enum CodingKeys: String, CodingKey {
            case id = "MessageId"
            case receipt = "ReceiptHandle"
            case body = "Body"
            case md5 = "MD5OfBody"
            case system = "Attributes"
            case attributes = "MessageAttributes"
        }
    }

    struct Received: Decodable {
        let messages: [Message]?

        enum CodingKeys: String, CodingKey { case messages = "Messages" }
    }

    struct Delivery: Encodable {
        let queueURL: String
        let receipt: String
        var visibility: Int?

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case receipt = "ReceiptHandle"
            case visibility = "VisibilityTimeout"
        }
    }

    struct DeleteBatch: Encodable {
        struct Entry: Encodable {
            let id: String
            let receipt: String

            enum CodingKeys: String, CodingKey {
                case id = "Id"
                case receipt = "ReceiptHandle"
            }
        }

        let queueURL: String
        let entries: [Entry]

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case entries = "Entries"
        }
    }

    struct BatchAnswer: Decodable {
        struct Failure: Decodable {
            let id: String
            let code: String
            let message: String?

            enum CodingKeys: String, CodingKey {
                case id = "Id"
                case code = "Code"
                case message = "Message"
            }
        }

        let failed: [Failure]?

        enum CodingKeys: String, CodingKey { case failed = "Failed" }
    }

    struct Attributes: Codable {
        var queueURL: String?
        var names: [String]?
        var values: [String: String]?

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case names = "AttributeNames"
            case values = "Attributes"
        }
    }

    struct QueueURL: Codable {
        var name: String?
        var owner: String?
        var url: String?

        enum CodingKeys: String, CodingKey {
            case name = "QueueName"
            case owner = "QueueOwnerAWSAccountId"
            case url = "QueueUrl"
        }
    }

    /// The value of the attribute `RedrivePolicy`.
    struct RedrivePolicy: Decodable {
        let deadLetters: String

        enum CodingKeys: String, CodingKey { case deadLetters = "deadLetterTargetArn" }
    }

    struct Nothing: Decodable {}
}
