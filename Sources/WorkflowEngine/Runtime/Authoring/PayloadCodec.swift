import Foundation
import WorkflowCore

/// Turns values into payloads and back.
///
/// Encoding must be a function of the value alone: equal values give equal bytes in every process and build.
public protocol PayloadCodec: Sendable {
    /// Encodes a value; ``Nothing`` gives `nil`.
    func encode<Value: Encodable>(_ value: Value) throws -> Payload?
    /// Decodes a value; a missing payload decodes as ``Nothing`` only.
    func decode<Value: Decodable>(_ type: Value.Type, from payload: Payload?) throws -> Value
}

/// The default codec: JSON with sorted keys; dates as ISO 8601 in UTC with milliseconds.
public struct JSONPayloadCodec: PayloadCodec {
    /// Makes the codec.
    public init() {}

    /// Encodes a value as JSON.
    public func encode<Value: Encodable>(_ value: Value) throws -> Payload? {
        if Value.self == Nothing.self { return nil }
        return Payload(data: try ScalarJSON.encode(value) ?? Array(Self.encoder.encode(value)))
    }

    /// Decodes a value from JSON.
    public func decode<Value: Decodable>(_ type: Value.Type, from payload: Payload?) throws -> Value {
        if Value.self == Nothing.self, let nothing = Nothing() as? Value { return nothing }
        guard let payload else { throw PayloadError.missing(expected: "\(type)") }
        guard payload.encoding == Payload.json else {
            throw PayloadError.unknownEncoding(payload.encoding, expected: "\(type)")
        }
        return try ScalarJSON.decode(type, payload.data) ?? Self.decoder.decode(type, from: Data(payload.data))
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(dateStyle))
        }
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            return try Date(text, strategy: dateStyle)
        }
        return decoder
    }()

    private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

/// Why a payload is not the value it should be.
public enum PayloadError: Error, CustomStringConvertible {
    /// A value was expected and none was recorded.
    case missing(expected: String)
    /// The payload is encoded in a way this codec does not know.
    case unknownEncoding(String, expected: String)

    /// What was expected and what was there.
    public var description: String {
        switch self {
        case .missing(let type): "expected a value of type \(type), got none"
        case .unknownEncoding(let encoding, let type):
            "expected \(type) in \(Payload.json), got encoding \"\(encoding)\""
        }
    }
}
