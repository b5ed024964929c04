import Synchronization

/// The result of a job on another thread, for a thread that blocks until it is there.
final class JobAnswer<Value: Sendable>: Sendable {
    private let latch = Latch()
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
        latch.open()
    }

    func wait() -> Result<Value, any Error> {
        latch.wait()
        guard let value = result.withLock({ $0 }) else { preconditionFailure("a job ended without a result") }
        return value
    }
}
