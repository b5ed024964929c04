/// An encoded value as it stands in history: opaque bytes and the name of their encoding.
///
/// A `Void` value has no payload at all, in both directions.
public struct Payload: Hashable, Sendable {
    /// Name of the encoding, as Temporal's `encoding` metadata: `json/plain` unless a codec says otherwise.
    public var encoding: String
    /// The encoded bytes.
    public var data: [UInt8]

    /// JSON text in UTF-8.
    public static let json = "json/plain"

    /// Wraps bytes in the named encoding.
    public init(encoding: String = Payload.json, data: [UInt8]) {
        self.encoding = encoding
        self.data = data
    }

    /// The bytes as text, for people; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: data, as: UTF8.self) }
}
