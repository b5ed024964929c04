import WorkflowCore

/// A store that cannot do what it was asked for.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable kebab-case code: `row-not-valid`, `not-the-writer`, `new-run-refused`.
    package let code: String
    /// What failed, where, and what to do.
    package let message: String
    package var description: String { "\(code): \(message)" }

    /// A row whose bytes this version cannot read.
    static func rowNotValid(_ table: String, _ key: String, _ reason: String) -> StoreError {
        StoreError(
            code: "row-not-valid",
            message: "\(table) \(key) cannot be read: \(reason). Check the file with `PRAGMA integrity_check`, and "
                + "that no newer version has written it."
        )
    }

    /// A run that has just been started cannot have moved on.
    static func newRunRefused(_ outcome: String) -> StoreError {
        StoreError(
            code: "new-run-refused",
            message: "expected the first activation of a new run to be committed, got \(outcome). "
                + "Nothing was started. This is a bug of the engine: start again, and report it with the log."
        )
    }

    /// A call inside a transaction of another connection.
    static let notTheWriter = StoreError(
        code: "not-the-writer",
        message: "expected the database of a write unit of this store's own DurableDatabase, got another connection. "
            + "Call it inside `write` of the same database."
    )
}
