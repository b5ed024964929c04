import FoundationEssentials

/// What a client wants kept beside an object and given back with it: names and values of its own (S3's user-defined metadata).
public struct ObjectMetadata: Sendable, Hashable {
    /// Bytes of all names and values together (Amazon S3 User Guide, "Working with object metadata").
    public static let byteCountMax = 2048
    static let prefix = "x-amz-meta-"

    /// By name, in lower case, without the prefix of the header fields.
    public let values: [String: String]

    /// Nothing.
    public static let none = ObjectMetadata(stored: [:])

    /// As a store has it, whatever its limit.
    private init(stored: [String: String]) { values = stored }

    /// - Throws: ``ObjectStoreError`` `MetadataTooLarge`.
    public init(_ values: [String: String]) throws {
        self.values = Dictionary(values.map { ($0.lowercased(), $1) }) { first, _ in first }
        let size = self.values.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= Self.byteCountMax else {
            throw ObjectStoreError(
                .metadataTooLarge,
                "The metadata has \(size) bytes of names and values, at most \(Self.byteCountMax) are allowed."
            )
        }
    }

    /// What an upload brings.
    ///
    /// - Throws: ``ObjectStoreError`` `MetadataTooLarge`.
    init(_ headers: [HeaderField]) throws { try self.init(Self.values(of: headers)) }

    /// What a store answers.
    init(answered headers: [HeaderField]) { self.init(stored: Self.values(of: headers)) }

    /// Several fields of one name are joined by commas, as in HTTP.
    private static func values(of headers: [HeaderField]) -> [String: String] {
        let own = headers.map { ($0.name.lowercased(), $0.value) }.filter { $0.0.hasPrefix(prefix) }
        return Dictionary(own.map { (String($0.dropFirst(prefix.count)), $1) }) { "\($0),\($1)" }
    }

    /// In the order of the names.
    var headers: [HeaderField] {
        values.sorted { $0.key < $1.key }.map { HeaderField(Self.prefix + $0.key, $0.value) }
    }
}

extension ObjectMetadata {
    /// As a column has it: JSON, `nil` for nothing.
    var column: String? {
        get throws {
            guard !values.isEmpty else { return nil }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(values), as: UTF8.self)
        }
    }

    init(column: String?) throws {
        self.init(
            stored: try column.map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
        )
    }
}
