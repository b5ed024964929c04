import ActivityContracts
import FoundationEssentials
import Glibc
import WorkflowEngine

/// A ledger as an external system would keep it: append-only, flushed, and aware of idempotency keys.
public struct AppendToLedgerActivity: Activity {
    /// Name and types.
    public typealias Contract = AppendToLedger

    private let path: String
    private let executor = BlockingExecutor(label: "ledger")

    /// - Parameter path: the ledger file; created when missing.
    public init(path: String) { self.path = path }

    /// Appends `key TAB label TAB attempt` unless the key is there already: a repeated attempt adds nothing.
    public func execute(_ input: AppendToLedger.Input, context: ActivityContext) async throws -> Nothing {
        // It waits for a lock and for the disk.
        try await withTaskExecutorPreference(executor) { try await append(input.label, context) }
        try await Task.sleep(for: .milliseconds(input.answerMilliseconds))
        return Nothing()
    }

    @concurrent
    private func append(_ label: String, _ context: ActivityContext) async throws {
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("opened") }
        defer { close(file) }
        guard flock(file, LOCK_EX) == 0 else { throw failure("locked") }
        let ledger = Ledger(content: try Data(contentsOf: URL(filePath: path)))
        let key = context.idempotencyKey
        guard !ledger.holds(key) else { return }
        let line = Array("\(ledger.isTorn ? "\n" : "")\(key)\t\(label)\t\(context.attempt).\n".utf8)
        guard write(file, line, line.count) == line.count, fsync(file) == 0 else { throw failure("written") }
    }

    private func failure(_ what: String) -> ApplicationError {
        ApplicationError(
            "the ledger \(path) could not be \(what): \(String(cString: strerror(errno)))",
            type: "LedgerUnavailable"
        )
    }
}

/// What a ledger file contains.
private struct Ledger {
    let content: Data

    /// A line without its end was cut off by a crash: it does not count, and the next line must not be glued to it.
    var isTorn: Bool { !content.isEmpty && content.last != UInt8(ascii: "\n") }

    /// Whether there is a whole line of a key. Searched by the C library: the file grows with every exercise.
    func holds(_ key: String) -> Bool {
        let text = [UInt8(ascii: "\n")] + content + [0]
        return text.withUnsafeBufferPointer { text in
            text.withMemoryRebound(to: CChar.self) { text in
                var rest = text.baseAddress.flatMap { strstr($0, "\n\(key)\t") }
                while let line = rest.map({ $0 + 1 }) {
                    let end = strcspn(line, "\n")
                    if end > 0, line[end - 1] == CChar(UInt8(ascii: ".")) { return true }
                    rest = strstr(line + end, "\n\(key)\t")
                }
                return false
            }
        }
    }
}
