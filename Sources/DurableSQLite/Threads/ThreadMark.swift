import Glibc
import Synchronization

/// Remembers a thread, to tell whether a caller is on it.
final class ThreadMark: Sendable {
    private let thread = Mutex<pthread_t?>(nil)

    /// Remembers the calling thread.
    func set() {
        thread.withLock { $0 = pthread_self() }
    }

    func clear() {
        thread.withLock { $0 = nil }
    }

    var isCurrent: Bool {
        guard let thread = thread.withLock({ $0 }) else { return false }
        return pthread_equal(thread, pthread_self()) != 0
    }
}
