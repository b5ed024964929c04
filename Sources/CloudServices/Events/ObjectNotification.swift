import FoundationEssentials

/// "When an object under this prefix and with this suffix is created, tell that queue."
public struct ObjectNotification: Sendable {
    /// Name of the rule; appears as `configurationId` in the event.
    public let id: String
    /// Beginning of the key; empty matches all.
    public let prefix: String
    /// End of the key; empty matches all.
    public let suffix: String
    /// The queue in the same database.
    public let queue: EmbeddedQueue

    /// A rule.
    public init(id: String, prefix: String = "", suffix: String = "", queue: EmbeddedQueue) {
        self.id = id
        self.prefix = prefix
        self.suffix = suffix
        self.queue = queue
    }

    func matches(_ key: ObjectKey) -> Bool {
        let bytes = key.rawValue.utf8
        return bytes.starts(with: prefix.utf8) && bytes.reversed().starts(with: suffix.utf8.reversed())
    }

    /// The message body S3 would send (Amazon S3 User Guide, "Event message structure", version 2.1).
    func event(
        for object: ObjectInfo,
        _ bucket: BucketName,
        _ region: String,
        operation: String,
        sequence: Int64
    ) -> String {
        let time = object.createdAt.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let record = JSON.object([
            ("eventVersion", .text("2.1")), ("eventSource", .text("aws:s3")), ("awsRegion", .text(region)),
            ("eventTime", .text(time)), ("eventName", .text("ObjectCreated:\(operation)")),
            ("userIdentity", .object([("principalId", .text("embedded"))])),
            ("requestParameters", .object([("sourceIPAddress", .text("127.0.0.1"))])),
            ("responseElements", .object([])), ("s3", entity(object, bucket, sequence)),
        ])
        return JSON.object([("Records", .list([record]))]).text
    }

    private func entity(_ object: ObjectInfo, _ bucket: BucketName, _ sequence: Int64) -> JSON {
        let owner = JSON.object([("principalId", .text("embedded"))])
        return .object([
            ("s3SchemaVersion", .text("1.0")), ("configurationId", .text(id)),
            (
                "bucket",
                .object([
                    ("name", .text(bucket.rawValue)), ("ownerIdentity", owner),
                    ("arn", .text("arn:aws:s3:::\(bucket)")),
                ])
            ),
            (
                "object",
                .object([
                    ("key", .text(FormEncoding.encode(object.key.rawValue))), ("size", .number(object.size)),
                    ("eTag", .text(object.etag)), ("sequencer", .text(Self.sequencer(sequence))),
                ])
            ),
        ])
    }

    /// Upper-case hex of a fixed width, so that the order of the texts is the order of the commits.
    private static func sequencer(_ number: Int64) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Just enough JSON writing to keep S3's field order, which `JSONEncoder` cannot.
    private indirect enum JSON {
        case text(String)
        case number(Int64)
        case list([JSON])
        case object([(String, JSON)])

        var text: String {
            switch self {
            case .text(let text): Self.quoted(text)
            case .number(let number): String(number)
            case .list(let items): "[\(items.map(\.text).joined(separator: ","))]"
            case .object(let fields):
                "{\(fields.map { "\(Self.quoted($0.0)):\($0.1.text)" }.joined(separator: ","))}"
            }
        }

        private static func quoted(_ text: String) -> String {
            var quoted = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"", "\\": quoted += "\\\(scalar)"
                case "\u{0}"..<" ":
                    quoted += "\\u00" + URIEncoding.hex([UInt8(truncatingIfNeeded: scalar.value)])
                default: quoted.unicodeScalars.append(scalar)
                }
            }
            return quoted + "\""
        }
    }
}

/// The key encoding of S3 events: `application/x-www-form-urlencoded`, except that slashes stay.
enum FormEncoding {
    static func encode(_ key: String) -> String {
        let encoded = URIEncoding.encode(key.utf8) { byte in
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "/"), UInt8(ascii: "*"): true
            case UInt8(ascii: "~"): false
            default: URIEncoding.isUnreserved(byte)
            }
        }
        return String(encoded.map { $0 == " " ? "+" : $0 })
    }

    /// Also takes `%2F`, lower-case hex and unencoded characters. `nil` for a broken escape.
    static func decode(_ text: String) -> String? {
        URIEncoding.decode(text, plusIsSpace: true)
    }
}
