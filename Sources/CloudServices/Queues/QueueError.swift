/// A refusal of a queue.
public struct QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name.
    public let code: String
    /// Expected against actual, and what to do.
    public let message: String

    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }

    /// A refusal; queue implementations outside this target use it too.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    static func staleReceipt(_ queue: String) -> QueueError {
        QueueError(
            code: "receipt-handle-stale",
            message: "The handle is not the current delivery of a message in queue \"\(queue)\": the message was "
                + "delivered again, deleted or given up. Drop the work done for it."
        )
    }

    static func notInFlight(_ queue: String) -> QueueError {
        QueueError(
            code: "message-not-in-flight",
            message:
                "The visibility timeout of this delivery from queue \"\(queue)\" has ended. Drop the work done for "
                + "it; the message will be delivered again."
        )
    }

    static func outOfRange(_ what: String, _ allowed: String, _ actual: String) -> QueueError {
        QueueError(code: "queue-argument-invalid", message: "\(what) must be \(allowed), got \(actual).")
    }
}
