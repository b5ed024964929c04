import GRDB

/// One unit of work in the writer's queue. Its concrete type remembers the value between the run and the commit.
class WriteUnit {
    /// Whether an error of this unit must undo its own changes only, by a savepoint around it.
    final let isProtected: Bool

    init(isProtected: Bool) {
        self.isProtected = isProtected
    }

    /// Runs the unit inside the group's transaction. May be called again after the transaction was undone.
    func run(_ database: Database) throws {}
    /// Reports success: the last run's value. Called once, after the commit.
    func succeed() {}
    /// Reports failure. Called once.
    func fail(_ error: any Error) {}
}

/// A unit with its value and its completion.
final class TypedWriteUnit<Value: Sendable>: WriteUnit {
    private let body: @Sendable (Database) throws -> Value
    private let completion: @Sendable (Result<Value, any Error>) -> Void
    private var value: Value?

    init(
        isProtected: Bool,
        body: @escaping @Sendable (Database) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        self.body = body
        self.completion = completion
        super.init(isProtected: isProtected)
    }

    override func run(_ database: Database) throws {
        value = nil
        value = try body(database)
    }

    override func succeed() {
        guard let value else { preconditionFailure("a unit was acknowledged without having run") }
        completion(.success(value))
    }

    override func fail(_ error: any Error) {
        completion(.failure(error))
    }
}
