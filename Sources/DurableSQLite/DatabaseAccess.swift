import GRDB

/// Access to the one database file, for everything that keeps its own tables in it.
public protocol DatabaseAccess: Sendable {
    /// Runs `body` as one all-or-nothing unit; its changes are on disk when the call returns.
    ///
    /// Units that wait at the same time share one commit. `body` may run more than once and must have no effect outside
    /// the database. An error it throws undoes its own changes only and is rethrown.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value

    /// Runs `body` on a snapshot that contains everything acknowledged before the call.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value
}
