import WorkflowCore

/// An error that says how it is to be treated: thrown by activities to steer retries, and by workflows to fail with a
/// certain type.
public struct ApplicationError: Error, Sendable, CustomStringConvertible {
    /// One sentence that says what failed.
    public var message: String
    /// The type that retry policies name.
    public var type: String
    /// Whether another attempt is pointless.
    public var nonRetryable: Bool
    /// The wait before the next attempt, instead of the policy's.
    public var nextRetryDelay: Duration?
    /// What caused it.
    public var cause: (any Error)?

    /// Describes an error.
    public init(
        _ message: String,
        type: String,
        nonRetryable: Bool = false,
        nextRetryDelay: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.message = message
        self.type = type
        self.nonRetryable = nonRetryable
        self.nextRetryDelay = nextRetryDelay
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}

extension Failure {
    /// The failure that stands for a thrown error. Other errors than ``ApplicationError`` are recorded with the name of
    /// their type; an `Encodable` error is kept as details.
    package init(thrown error: any Error, codec: any PayloadCodec) {
        switch error {
        case let failure as Failure: self = failure
        case is CancellationError:
            self.init(message: "cancelled", kind: .cancelled(details: nil))
        case let error as ApplicationError:
            self.init(
                message: error.message,
                source: "Swift",
                kind: .application(
                    Application(
                        type: error.type,
                        nonRetryable: error.nonRetryable,
                        nextRetryDelay: error.nextRetryDelay
                    )
                ),
                cause: error.cause.map { Failure(thrown: $0, codec: codec) }
            )
        default:
            let details = (error as? any Encodable).flatMap { try? codec.encode($0) }
            self.init(
                message: String(describing: error),
                source: "Swift",
                kind: .application(Application(type: "\(type(of: error))", details: details))
            )
        }
    }
}
