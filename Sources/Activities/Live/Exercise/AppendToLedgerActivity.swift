import ActivityContracts
import FoundationEssentials
import Glibc
import WorkflowEngine

/// A ledger as an external system would keep it: append-only, flushed, and aware of idempotency keys.
public struct AppendToLedgerActivity: Activity {
    /// Name and types.
    public typealias Contract = AppendToLedger

    private let path: String

    /// - Parameter path: the ledger file; created when missing.
    public init(path: String) { self.path = path }

    /// Appends `key TAB label TAB attempt` unless the key is there already: a repeated attempt adds nothing.
    public func execute(_ input: AppendToLedger.Input, context: ActivityContext) async throws -> Nothing {
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("opened") }
        defer { close(file) }
        guard flock(file, LOCK_EX) == 0 else { throw failure("locked") }
        let content = try String(contentsOfFile: path, encoding: .utf8)
        let key = context.idempotencyKey
        // A line without its end was cut off by a crash: it does not count, and the next line must not be glued to it.
        let prefix = content.isEmpty || content.hasSuffix("\n") ? "" : "\n"
        if content.split(separator: "\n").contains(where: { $0.hasPrefix(key + "\t") && $0.hasSuffix(".") }) {
            return Nothing()
        }
        let line = Array("\(prefix)\(key)\t\(input.label)\t\(context.attempt).\n".utf8)
        guard write(file, line, line.count) == line.count, fsync(file) == 0 else { throw failure("written") }
        return Nothing()
    }

    private func failure(_ what: String) -> ApplicationError {
        ApplicationError(
            "the ledger \(path) could not be \(what): \(String(cString: strerror(errno)))",
            type: "LedgerUnavailable"
        )
    }
}
