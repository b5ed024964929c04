import Glibc

/// A mutex with a condition variable, for threads that may block.
final class Monitor: @unchecked Sendable {
    // SAFETY: both pointers are written once in `init` and freed in `deinit`; the objects they point to are the
    // kernel's own synchronisation primitives.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Wakes one waiting thread.
    func signal() {
        pthread_cond_signal(condition)
    }

    /// Wakes every waiting thread.
    func broadcast() {
        pthread_cond_broadcast(condition)
    }

    /// Releases the lock, waits for a signal, takes the lock again. Call with the lock held; may wake without cause.
    func wait() {
        pthread_cond_wait(condition, mutex)
    }
}
