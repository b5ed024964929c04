import GRDB

/// One unit of work in the writer's queue. Not generic: the writer's thread would look up a type for every unit.
@usableFromInline
final class WriteUnit {
    /// Tells the unit's caller of the value that one run has made.
    @usableFromInline
    typealias Acknowledgement = () -> Void

    /// Whether an error of this unit must undo its own changes only, by a savepoint around it.
    let isProtected: Bool
    private let body: @Sendable (Database) throws -> Acknowledgement
    private let failure: @Sendable (any Error) -> Void
    /// Of the last run.
    private var acknowledgement: Acknowledgement?

    @usableFromInline
    init(
        isProtected: Bool,
        body: @escaping @Sendable (Database) throws -> Acknowledgement,
        failure: @escaping @Sendable (any Error) -> Void
    ) {
        self.isProtected = isProtected
        self.body = body
        self.failure = failure
    }

    /// Runs the unit inside the group's transaction. May be called again after the transaction was undone.
    func run(_ database: Database) throws {
        acknowledgement = nil
        acknowledgement = try body(database)
    }

    /// Reports success: the last run's value. Called once, after the commit.
    func succeed() {
        guard let acknowledgement else { preconditionFailure("a unit was acknowledged without having run") }
        acknowledgement()
    }

    /// Reports failure. Called once.
    func fail(_ error: any Error) { failure(error) }
}

extension WriteUnit {
    /// A unit with its value and its completion.
    @inlinable
    convenience init<Value: Sendable>(
        isProtected: Bool,
        _ unit: @escaping @Sendable (Database) throws -> Value,
        _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        self.init(isProtected: isProtected) { database in
            let value = try unit(database)
            return { completion(.success(value)) }
        } failure: { error in
            completion(.failure(error))
        }
    }
}
