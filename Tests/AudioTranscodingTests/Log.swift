import Glibc
import Synchronization
import SystemPackage
import Testing

/// Collects values from concurrent callbacks.
final class Log<Value: Sendable>: Sendable {
    private let storage = Mutex<[Value]>([])
    var values: [Value] { storage.withLock { $0 } }
    func append(_ value: Value) { storage.withLock { $0.append(value) } }
}

extension FilePath {
    static func makeDirectory(_ path: FilePath) throws {
        try #require(mkdir(path.string, 0o755) == 0)
    }
}

extension Workbench {
    func delete(_ name: String) throws {
        try #require(unlink(root.appending(name).string) == 0)
    }
}
