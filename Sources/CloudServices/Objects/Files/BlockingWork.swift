import Dispatch

/// Runs file system calls away from Swift's few cooperative threads, so that an `fsync` never stalls other tasks.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "cloud-services.files", attributes: .concurrent)

    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }
}
