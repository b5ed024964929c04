import GRDB
import WorkflowCore

/// One transaction of the store: the statements of its connection, and the changes it will announce.
///
/// The verbs are in `Units`, the SQL of each table in `Rows`. Every verb validates before it writes.
struct StoreUnit {
    let statements: any StatementSource
    var changes: [StoreChange] = []

    init(_ statements: any StatementSource) { self.statements = statements }

    func prepare(_ sql: StaticString) throws -> RawStatement { try statements.prepare(sql) }
}
