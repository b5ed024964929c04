import CloudServices

/// A queue elsewhere: each call that takes messages waits for the test, and a cancelled caller is refused as over HTTP.
struct WatchedQueue: MessageQueue {
    let base: any MessageQueue
    let onReceive: @Sendable () async throws -> Void

    func receive(limit: Int, visibilityTimeout: Duration, wait: Duration) async throws -> [QueueMessage] {
        let messages = try await base.receive(limit: limit, visibilityTimeout: visibilityTimeout, wait: wait)
        try await onReceive()
        return messages
    }

    func delete(_ receipt: ReceiptHandle) async throws {
        try Task.checkCancellation()
        try await base.delete(receipt)
    }

    func send(_ body: String, delay: Duration) async throws -> String { try await base.send(body, delay: delay) }

    func deleteBatch(_ receipts: [ReceiptHandle]) async throws -> [FailedDeletion] {
        try await base.deleteBatch(receipts)
    }

    func changeVisibility(_ receipt: ReceiptHandle, to timeout: Duration) async throws {
        try await base.changeVisibility(receipt, to: timeout)
    }

    func reject(_ message: QueueMessage, reason: String) async throws {
        try await base.reject(message, reason: reason)
    }

    func deadLetters(limit: Int) async throws -> [DeadLetter] { try await base.deadLetters(limit: limit) }

    func redrive(_ ids: [String]?) async throws -> Int { try await base.redrive(ids) }

    func counts() async throws -> QueueCounts { try await base.counts() }
}
