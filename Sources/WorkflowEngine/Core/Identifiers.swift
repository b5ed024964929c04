/// The name a caller chose for a workflow. At most one run of a workflow id is open at any time.
public struct WorkflowID: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The text the caller chose, at most ``maximumLength`` UTF-8 bytes.
    public let rawValue: String

    /// Longest id and name accepted, in UTF-8 bytes (the same limit as Temporal's).
    public static let maximumLength = 1000

    /// Wraps a text; its length is checked when a run is started.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Wraps a text; its length is checked when a run is started.
    public init(_ text: String) { rawValue = text }
    /// Wraps a literal.
    public init(stringLiteral value: String) { rawValue = value }
    /// The text itself.
    public var description: String { rawValue }
    /// Reads the id as a plain string.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }
    /// Writes the id as a plain string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// Identifies one run of a workflow: a time-ordered UUID (version 7, RFC 9562) in lower-case text.
public struct RunID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The UUID's canonical text.
    public let rawValue: String
    /// Wraps a UUID's canonical text.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Wraps a UUID's canonical text.
    public init(_ text: String) { rawValue = text }
    /// The text itself.
    public var description: String { rawValue }

    /// The seed of everything a run draws at random (`random`, `uuid`, retry jitter): FNV-1a over the id's text,
    /// so that it follows from the recorded id alone.
    package var seed: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in rawValue.utf8 {
            hash ^= UInt64(byte)
            hash &*= 0x0000_0100_0000_01b3
        }
        return hash
    }
}

/// The store's own number of a run: monotonic, so that rows of new runs are appended and never scattered.
package struct RunKey: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ value: Int64) { rawValue = value }
    package var description: String { String(rawValue) }
    package static func < (left: RunKey, right: RunKey) -> Bool { left.rawValue < right.rawValue }
}

/// Position of an event in a run's history: dense, from 1.
public typealias EventID = Int64

/// A named line of work that workers poll: workflows and activities are addressed to one.
public struct TaskQueue: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The queue's name.
    public let rawValue: String
    /// Wraps a name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Wraps a name.
    public init(_ name: String) { rawValue = name }
    /// Wraps a literal.
    public init(stringLiteral value: String) { rawValue = value }
    /// The name itself.
    public var description: String { rawValue }
    /// The queue used when none is named.
    public static let `default` = TaskQueue("default")
}

/// The store's number of one worker process's session. Zero is nobody.
package struct WorkerKey: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ value: Int64) { rawValue = value }
    package var description: String { String(rawValue) }
    package static let nobody = WorkerKey(0)
}
