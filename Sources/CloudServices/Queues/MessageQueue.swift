/// One queue with at-least-once delivery: SQS or a table.
///
/// A received message is hidden for its visibility timeout. Who has finished deletes it with the receipt handle of
/// that delivery; who crashes lets it reappear. After too many deliveries it goes to the dead letters.
/// Order is not guaranteed. Errors are ``QueueError``.
public protocol MessageQueue: Sendable {
    /// Sends a message; it is on disk when this returns.
    /// - Parameters:
    ///   - body: up to 256 KiB of UTF-8 without control characters other than tab and line breaks (SQS's rules).
    ///   - delay: 0…15 minutes before it can be received.
    /// - Returns: the message id.
    @discardableResult
    func send(_ body: String, delay: Duration) async throws -> String

    /// Takes up to `limit` (1…10) messages and hides them for `visibilityTimeout` (0 s…12 h).
    /// - Parameter wait: how long a queue that can (SQS, up to 20 s) waits for a first message. The embedded queue answers at
    ///   once; the change notices of its database say when to ask again.
    /// - Returns: empty when there are none.
    func receive(limit: Int, visibilityTimeout: Duration, wait: Duration) async throws -> [QueueMessage]

    /// Deletes a message. Deleting one that is gone succeeds.
    ///
    /// A handle that is no longer the current delivery is refused with `receipt-handle-stale` where the queue can tell
    /// (the embedded one always; AWS deletes or ignores it).
    func delete(_ receipt: ReceiptHandle) async throws

    /// Deletes each; the result lists those that were refused.
    func deleteBatch(_ receipts: [ReceiptHandle]) async throws -> [FailedDeletion]

    /// Hides a message in flight for `timeout` (0 s…12 h) from now; zero gives it back at once.
    /// - Throws: `receipt-handle-stale`, or `message-not-in-flight` when its timeout has already ended.
    func changeVisibility(_ receipt: ReceiptHandle, to timeout: Duration) async throws

    /// Gives a message up without further deliveries, e.g. because it cannot be read.
    func reject(_ message: QueueMessage, reason: String) async throws

    /// The oldest dead letters, up to `limit`.
    func deadLetters(limit: Int) async throws -> [DeadLetter]

    /// Puts dead letters back into the queue with a receive count of zero: those with the given ids, or all.
    /// - Returns: how many.
    @discardableResult
    func redrive(_ ids: [String]?) async throws -> Int

    /// How many messages there are.
    func counts() async throws -> QueueCounts
}

extension MessageQueue {
    /// Takes what is there, without waiting.
    public func receive(limit: Int, visibilityTimeout: Duration) async throws -> [QueueMessage] {
        try await receive(limit: limit, visibilityTimeout: visibilityTimeout, wait: .zero)
    }

    /// Sends a message that can be received at once.
    @discardableResult
    public func send(_ body: String) async throws -> String {
        try await send(body, delay: .zero)
    }
}
