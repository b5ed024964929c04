import FoundationEssentials

/// The right to delete or keep hidden one delivery of one message. Opaque; a new one with every delivery.
public struct ReceiptHandle: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// As handed out by the queue.
    public let rawValue: String

    /// A handle as handed out by the queue.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The handle.
    public var description: String { rawValue }
}

/// One delivery of a message.
public struct QueueMessage: Sendable, Equatable {
    /// Stays the same over all deliveries; good for deduplication.
    public let id: String
    /// What was sent.
    public let body: String
    /// For this delivery only.
    public let receipt: ReceiptHandle
    /// How often the message was delivered, this time included.
    public let receiveCount: Int
    /// When it was sent.
    public let sentAt: Date
    /// When it was first delivered.
    public let firstReceivedAt: Date

    /// One delivery.
    public init(
        id: String,
        body: String,
        receipt: ReceiptHandle,
        receiveCount: Int,
        sentAt: Date,
        firstReceivedAt: Date
    ) {
        self.id = id
        self.body = body
        self.receipt = receipt
        self.receiveCount = receiveCount
        self.sentAt = sentAt
        self.firstReceivedAt = firstReceivedAt
    }
}

/// A message that was given up.
public struct DeadLetter: Sendable, Equatable {
    /// The message's id.
    public let id: String
    /// What was sent.
    public let body: String
    /// How often it had been delivered.
    public let receiveCount: Int
    /// When it was sent.
    public let sentAt: Date
    /// When it was given up. SQS does not say; there it is when a dead letter was first looked at.
    public let deadAt: Date
    /// Why: the reason of ``MessageQueue/reject(_:reason:)``, or that it was received too often.
    public let reason: String

    /// A message that was given up.
    public init(id: String, body: String, receiveCount: Int, sentAt: Date, deadAt: Date, reason: String) {
        self.id = id
        self.body = body
        self.receiveCount = receiveCount
        self.sentAt = sentAt
        self.deadAt = deadAt
        self.reason = reason
    }
}

/// How many messages a queue holds. Exact for the embedded queue, approximate for SQS.
public struct QueueCounts: Sendable, Equatable {
    /// Ready to be received.
    public let visible: Int
    /// Received, neither deleted nor timed out.
    public let inFlight: Int
    /// Sent with a delay, not ready yet.
    public let delayed: Int
    /// Given up.
    public let deadLetters: Int

    /// Counts at one moment.
    public init(visible: Int, inFlight: Int, delayed: Int, deadLetters: Int) {
        self.visible = visible
        self.inFlight = inFlight
        self.delayed = delayed
        self.deadLetters = deadLetters
    }
}

/// A handle of a batch that was not deleted, with the reason.
public struct FailedDeletion: Sendable, Equatable {
    /// The handle.
    public let receipt: ReceiptHandle
    /// Why.
    public let error: QueueError
}
