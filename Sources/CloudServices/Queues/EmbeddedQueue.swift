import DurableSQLite
import FoundationEssentials
import GRDB

/// A queue in the one SQLite database.
///
/// Because queue and application share the database, the `in:` functions let a sender make its change and the
/// message one commit, and a consumer its effect and the deletion: then effects happen exactly once although
/// delivery is at least once.
///
/// ```swift
/// for message in try await queue.receive(limit: 10, visibilityTimeout: .seconds(60)) {
///     try await database.write { db in
///         try apply(message.body, in: db)
///         try queue.delete(message.receipt, in: db)   // throws if the delivery is not ours any more: all is undone
///     }
/// }
/// ```
///
/// **Stale handles.** AWS accepts a delete with the handle of an earlier delivery and may remove a message someone
/// else is working on. This queue refuses it: a handle is good from its delivery until the next delivery, also after
/// its visibility timeout as long as nobody else received the message.
///
/// Messages never expire. Several instances with the same name, in any process, are the same queue.
public struct EmbeddedQueue: MessageQueue {
    /// The largest body in bytes of UTF-8: SQS's long-standing limit of 256 KiB.
    public static let maximumBodyByteCount = 262_144

    /// The name; part of every row.
    public let name: String
    let maximumReceiveCount: Int
    let database: any DatabaseAccess
    let now: @Sendable () -> Date
    let makeID: @Sendable () -> String

    /// - Parameters:
    ///   - maximumReceiveCount: deliveries before a message goes to the dead letters, at least 1.
    ///   - database: must have ``CloudMigrations``.
    /// - Throws: ``QueueError`` when the name is not 1…80 of `A-Z a-z 0-9 - _` (SQS's rule) or the count is below 1.
    public init(
        name: String,
        maximumReceiveCount: Int = 5,
        database: any DatabaseAccess,
        now: @escaping @Sendable () -> Date = { Date() },
        makeID: @escaping @Sendable () -> String = RandomID.make
    ) throws {
        guard (1...80).contains(name.utf8.count), name.unicodeScalars.allSatisfy(Self.isNameScalar) else {
            throw QueueError.outOfRange("A queue name", "1...80 of A-Z a-z 0-9 - _", "\(name.utf8.count) bytes")
        }
        guard maximumReceiveCount >= 1 else {
            throw QueueError.outOfRange("The maximum receive count", "at least 1", "\(maximumReceiveCount)")
        }
        self.name = name
        self.maximumReceiveCount = maximumReceiveCount
        self.database = database
        self.now = now
        self.makeID = makeID
    }

    /// See ``MessageQueue/send(_:delay:)``.
    @discardableResult
    public func send(_ body: String, delay: Duration) async throws -> String {
        let queue = self
        return try await database.write { try queue.send(body, delay: delay, in: $0) }
    }

    /// Sends within the caller's transaction: the message exists exactly if that commits.
    @discardableResult
    public func send(_ body: String, delay: Duration = .zero, in database: Database) throws -> String {
        try Self.checkBody(body)
        try Self.checkDelay(delay)
        let id = makeID()
        try MessageRow.insert(
            id,
            body,
            queue: name,
            at: now().milliseconds,
            delay: delay.milliseconds,
            database
        )
        return id
    }

    /// See ``MessageQueue/receive(limit:visibilityTimeout:wait:)``; does not wait. In order of becoming visible. Messages whose last
    /// allowed delivery timed out go to the dead letters here.
    public func receive(limit: Int, visibilityTimeout: Duration, wait: Duration) async throws -> [QueueMessage] {
        guard (1...10).contains(limit) else { throw QueueError.outOfRange("The limit", "1...10", "\(limit)") }
        try Self.checkVisibility(visibilityTimeout)
        let (queue, time) = (self, now().milliseconds)
        // An idle poll must not cost a commit.
        let isIdle = try await database.read {
            try MessageRow.readyPositions(queue: queue.name, limit: 1, at: time, $0).isEmpty
        }
        guard !isIdle else { return [] }
        return try await database.write { database in
            let maximum = queue.maximumReceiveCount
            while try MessageRow.buryExhausted(queue: queue.name, limit: limit, after: maximum, at: time, database) > 0
            {}
            return try MessageRow.readyPositions(queue: queue.name, limit: limit, at: time, database).compactMap {
                let visibleAt = time + visibilityTimeout.milliseconds
                return try MessageRow.take($0, delivery: queue.makeID(), at: time, until: visibleAt, database)
            }
        }
    }

    /// See ``MessageQueue/counts()``.
    public func counts() async throws -> QueueCounts {
        let (name, time) = (name, now().milliseconds)
        return try await database.read { try MessageRow.counts(queue: name, at: time, $0) }
    }

    /// SQS's rule: tab, line feed, carriage return, and everything from the blank on but U+FFFE and U+FFFF.
    static func checkBody(_ body: String) throws {
        guard (1...maximumBodyByteCount).contains(body.utf8.count) else {
            throw QueueError.outOfRange(
                "A body",
                "1...\(maximumBodyByteCount) bytes",
                "\(body.utf8.count) bytes"
            )
        }
        let isClean = body.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && $0.value != 0xFFFE && $0.value != 0xFFFF || [0x9, 0xA, 0xD].contains($0.value)
        }
        guard isClean else {
            throw QueueError.outOfRange("A body", "text without control characters", "a control character")
        }
    }

    static func checkDelay(_ delay: Duration) throws {
        try check(delay, "The delay", upTo: .seconds(900))
    }

    static func checkVisibility(_ timeout: Duration) throws {
        try check(timeout, "The visibility timeout", upTo: .seconds(43_200))
    }

    private static func check(_ duration: Duration, _ what: String, upTo maximum: Duration) throws {
        guard (.zero...maximum).contains(duration) else {
            throw QueueError.outOfRange(what, "0 s...\(maximum)", "\(duration)")
        }
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            || scalar == "-" || scalar == "_"
    }
}
