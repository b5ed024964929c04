import DurableSQLite
import GRDB

/// What the holder of a receipt handle may do.
extension EmbeddedQueue {
    /// See ``MessageQueue/delete(_:)``. Safe to repeat after an unclear outcome.
    public func delete(_ receipt: ReceiptHandle) async throws {
        let failures = try await deleteBatch([receipt])
        if let failure = failures.first { throw failure.error }
    }

    /// See ``MessageQueue/deleteBatch(_:)``. One commit for all.
    public func deleteBatch(_ receipts: [ReceiptHandle]) async throws -> [FailedDeletion] {
        let queue = self
        return try await database.write { database in
            try receipts.compactMap { receipt in
                if try MessageRow.delete(receipt, queue: queue.name, database) { return nil }
                guard try queue.isSuperseded(receipt, in: database) else { return nil }
                return FailedDeletion(receipt: receipt, error: .staleReceipt(queue.name))
            }
        }
    }

    /// Deletes within the caller's transaction. Strict: anything but the current delivery throws
    /// `receipt-handle-stale`, also a message that is gone, because then someone else has had its effect.
    public func delete(_ receipt: ReceiptHandle, in database: Database) throws {
        guard try MessageRow.delete(receipt, queue: name, database) else { throw QueueError.staleReceipt(name) }
    }

    /// Like ``delete(_:in:)`` for several; the first stale handle throws and with it the caller's transaction fails.
    public func deleteBatch(_ receipts: [ReceiptHandle], in database: Database) throws {
        for receipt in receipts { try delete(receipt, in: database) }
    }

    /// See ``MessageQueue/changeVisibility(_:to:)``.
    public func changeVisibility(_ receipt: ReceiptHandle, to timeout: Duration) async throws {
        try Self.checkVisibility(timeout)
        let (name, time) = (name, now().milliseconds)
        try await database.write { database in
            guard let visibleAt = try MessageRow.visibleAt(receipt, queue: name, database) else {
                throw QueueError.staleReceipt(name)
            }
            guard visibleAt > time else { throw QueueError.notInFlight(name) }
            try MessageRow.hide(receipt, queue: name, until: time + timeout.milliseconds, database)
        }
    }

    /// See ``MessageQueue/reject(_:reason:)``.
    public func reject(_ message: QueueMessage, reason: String) async throws {
        let queue = self
        try await database.write { try queue.reject(message.receipt, reason: reason, in: $0) }
    }

    /// Gives a message up within the caller's transaction.
    /// - Throws: `receipt-handle-stale`.
    public func reject(_ receipt: ReceiptHandle, reason: String, in database: Database) throws {
        let time = now().milliseconds
        guard try MessageRow.bury(receipt, queue: name, reason: reason, at: time, database) else {
            throw QueueError.staleReceipt(name)
        }
    }

    /// See ``MessageQueue/deadLetters(limit:)``.
    public func deadLetters(limit: Int) async throws -> [DeadLetter] {
        let name = name
        return try await database.read { try MessageRow.dead(queue: name, limit: max(0, limit), $0) }
    }

    /// See ``MessageQueue/redrive(_:)``.
    @discardableResult
    public func redrive(_ ids: [String]?) async throws -> Int {
        let (name, time) = (name, now().milliseconds)
        return try await database.write { database in
            guard let ids else { return try MessageRow.revive(queue: name, id: nil, at: time, database) }
            return try ids.reduce(0) { try $0 + MessageRow.revive(queue: name, id: $1, at: time, database) }
        }
    }

    /// Tells a handle whose message is gone (deleting it again is fine) from one whose message lives on without it.
    private func isSuperseded(_ receipt: ReceiptHandle, in database: Database) throws -> Bool {
        let parts = receipt.rawValue.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return true }
        return try MessageRow.exists(id: String(parts[0]), queue: name, database)
    }
}
