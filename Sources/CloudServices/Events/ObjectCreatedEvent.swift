import FoundationEssentials

/// "An object was created", from an S3 event message.
///
/// S3 delivers such events at least once and in any order; compare ``sequencer`` to order events of the same key.
public struct ObjectCreatedEvent: Sendable, Equatable {
    /// Bucket name as sent.
    public let bucket: String
    /// Decoded key. Not yet checked: make an ``ObjectKey`` of it before use.
    public let key: String
    /// Bytes; `nil` if the sender left it out.
    public let size: Int64?
    /// The object's etag without quotes; `nil` if the sender left it out.
    public let etag: String?
    /// Hex, opaque; compare with ``isOlder(than:)``. `nil` if the sender left it out.
    public let sequencer: String?
    /// The part after `ObjectCreated:`: `Put`, `Post`, `Copy`, `CompleteMultipartUpload`.
    public let operation: String
    /// When it happened; `nil` if absent or unreadable.
    public let time: Date?

    /// Reads a message body.
    ///
    /// Takes any event version 2.x, several records, unknown fields, and keys encoded in any of the ways seen in the
    /// wild. Records that are not `ObjectCreated:…` are left out. S3's `s3:TestEvent`, which has no records, gives an
    /// empty list, so the message can simply be deleted.
    /// - Throws: ``MalformedEvent``; no retry helps, the message belongs to the dead letters.
    public static func parse(_ body: String) throws -> [ObjectCreatedEvent] {
        let message: Message
        do {
            message = try JSONDecoder().decode(Message.self, from: Data(body.utf8))
        } catch let error as DecodingError {
            throw MalformedEvent(message: Self.explain(error))
        }
        guard let records = message.records else {
            guard message.event == "s3:TestEvent" else {
                throw MalformedEvent(message: "expected \"Records\" or \"Event\": \"s3:TestEvent\", got neither")
            }
            return []
        }
        return try records.enumerated().compactMap { index, record in
            try event(record, at: index)
        }
    }

    /// Whether this event happened before another one of the same key. S3's rule: pad the shorter sequencer with
    /// zeros on the right, then compare as text. Without sequencers nothing is known: `false`.
    public func isOlder(than other: ObjectCreatedEvent) -> Bool {
        guard let mine = sequencer, let theirs = other.sequencer else { return false }
        let width = max(mine.utf8.count, theirs.utf8.count)
        func padded(_ text: String) -> String {
            text.uppercased() + String(repeating: "0", count: width - text.utf8.count)
        }
        return padded(mine) < padded(theirs)
    }

    private static func event(_ record: Message.Record, at index: Int) throws -> ObjectCreatedEvent? {
        guard record.eventVersion.hasPrefix("2.") else {
            throw MalformedEvent(message: "expected eventVersion 2.x in record \(index), got \(record.eventVersion)")
        }
        let name = record.eventName.hasPrefix("s3:") ? record.eventName.dropFirst(3) : record.eventName[...]
        guard name.hasPrefix("ObjectCreated:") else { return nil }
        guard let entity = record.s3 else { throw MalformedEvent(message: "record \(index) has no \"s3\"") }
        guard let key = FormEncoding.decode(entity.object.key), !key.isEmpty else {
            throw MalformedEvent(message: "the key in record \(index) is empty or has a broken escape")
        }
        return ObjectCreatedEvent(
            bucket: entity.bucket.name,
            key: key,
            size: entity.object.size,
            etag: entity.object.eTag,
            sequencer: entity.object.sequencer,
            operation: String(name.dropFirst("ObjectCreated:".count)),
            time: record.eventTime.flatMap(Self.time)
        )
    }

    private static func time(_ text: String) -> Date? {
        let zoned = text.hasSuffix("Z") ? text : text + "Z"
        return (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(zoned))
            ?? (try? Date.ISO8601FormatStyle().parse(zoned))
    }

    private static func explain(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\"\(key.stringValue)\" is missing at \(path(context))"
        case .typeMismatch(let type, let context): "expected \(type) at \(path(context))"
        case .valueNotFound(let type, let context): "expected \(type), got null at \(path(context))"
        case .dataCorrupted: "the body is not JSON"
        @unknown default: "the body is not an S3 event"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "the top" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }

    private struct Message: Decodable {
        struct Record: Decodable {
            let eventVersion: String
            let eventName: String
            let eventTime: String?
            let s3: Entity?
        }

        struct Entity: Decodable {
            let bucket: Bucket
            let object: Object
        }

        struct Bucket: Decodable {
            let name: String
        }

        struct Object: Decodable {
            let key: String
            let size: Int64?
            let eTag: String?
            let sequencer: String?
        }

        let records: [Record]?
        let event: String?

        enum CodingKeys: String, CodingKey {
            case records = "Records"
            case event = "Event"
        }
    }
}

/// A message body that is no S3 event.
public struct MalformedEvent: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name.
    public var code: String { "event-malformed" }
    /// What was expected and what came; never the body itself.
    public let message: String

    /// The code and the sentence.
    public var description: String { "\(code): \(message). Look at the message among the dead letters." }
}
