import GRDB
import WorkflowCore

/// The implementation of an activity: a value with its dependencies as stored properties. This is where side effects live.
///
/// An activity runs at least once: a worker may die after the effect and before the completion is recorded. Make effects
/// idempotent, keyed by ``ActivityContext/idempotencyKey``, or use a ``TransactionalActivity``.
public protocol Activity: Sendable {
    /// Name and types.
    associatedtype Contract: ActivityContract
    /// Does the work. The task is cancelled when the workflow asks for it, a time limit passes or the run closes.
    func execute(_ input: Contract.Input, context: ActivityContext) async throws -> Contract.Output
}

/// An activity whose only effect are rows in the engine's own database file: its rows and its completion are committed
/// together, exactly once.
public protocol TransactionalActivity: Sendable {
    /// Name and types.
    associatedtype Contract: ActivityContract
    /// Reads and writes `database`. May run more than once, but only the changes of one run are kept. An error undoes
    /// them and is retried as the policy says.
    func execute(_ input: Contract.Input, in database: Database, context: ActivityContext) throws -> Contract.Output
}

/// A registered activity without its types.
struct ActivityCode: Sendable {
    enum Body: Sendable {
        case effect(@Sendable (Payload?, ActivityContext) async throws -> Payload?)
        case transaction(@Sendable (Payload?, Database, ActivityContext) throws -> Payload?)
    }
    let name: String
    let body: Body

    init<A: Activity>(_ activity: A, codec: any PayloadCodec) {
        name = A.Contract.name
        body = .effect { payload, context in
            let input = try Self.input(A.Contract.self, payload, codec)
            return try codec.encode(try await activity.execute(input, context: context))
        }
    }

    init<A: TransactionalActivity>(_ activity: A, codec: any PayloadCodec) {
        name = A.Contract.name
        body = .transaction { payload, database, context in
            let input = try Self.input(A.Contract.self, payload, codec)
            return try codec.encode(try activity.execute(input, in: database, context: context))
        }
    }

    private static func input<Contract: ActivityContract>(
        _ contract: Contract.Type,
        _ payload: Payload?,
        _ codec: any PayloadCodec
    ) throws -> Contract.Input {
        do {
            return try codec.decode(Contract.Input.self, from: payload)
        } catch {
            throw ApplicationError(
                "the input of activity \(Contract.name) cannot be decoded as \(Contract.Input.self): \(error)",
                type: "PayloadNotDecodable",
                nonRetryable: true
            )
        }
    }
}
