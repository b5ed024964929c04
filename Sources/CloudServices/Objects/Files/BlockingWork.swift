import Dispatch

/// Runs file system calls away from Swift's few cooperative threads, so that an `fsync` never stalls other tasks.
enum BlockingWork {
    /// Each has a queue to itself: on Linux, the threads of a concurrent queue are those of Swift's tasks.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "cloud-services.files").async { continuation.resume(with: Result(catching: work)) }
        }
    }
}
