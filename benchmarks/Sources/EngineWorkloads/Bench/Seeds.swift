import Synchronization

/// Files that take long to fill, shared by the workloads of one run.
final class Seeds: Sendable {
    private let files = Mutex<[Int: String]>([:])

    /// A file with `count` open runs that wait for a signal, left behind by a process that was killed.
    func parked(_ count: Int, _ bench: Bench) async throws -> String {
        if let path = files.withLock({ $0[count] }) { return path }
        let path = bench.newPath("parked")
        files.withLock { $0[count] = path }
        let child = try ChildProcess(.park, path: path, count: count)
        defer { child.kill() }
        _ = try await child.numbers(after: "ready")
        return path
    }

    func removeAll() {
        for path in files.withLock({ $0.values }) { Bench.remove(path) }
    }
}
