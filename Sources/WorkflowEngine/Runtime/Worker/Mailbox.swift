import Glibc
import WorkflowCore

/// Messages for one thread that waits for them.
final class Mailbox<Message: Sendable>: @unchecked Sendable {
    // SAFETY: `messages` and `isWoken` are accessed with `mutex` held only.
    private var messages: [Message] = []
    private var isWoken = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func post(_ message: Message) {
        pthread_mutex_lock(mutex)
        messages.append(message)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Posts all of them before the thread sees the first.
    func post(_ more: [Message]) {
        pthread_mutex_lock(mutex)
        messages += more
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    var isEmpty: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return messages.isEmpty
    }

    /// Ends the current or next wait without a message.
    func wake() {
        pthread_mutex_lock(mutex)
        isWoken = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Takes all messages; waits for one for at most `duration` (`nil`: until woken).
    func take(waitingUpTo duration: Duration?) -> [Message] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if messages.isEmpty && !isWoken { wait(duration) }
        isWoken = false
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    private func wait(_ duration: Duration?) {
        guard let duration else {
            while messages.isEmpty && !isWoken { pthread_cond_wait(condition, mutex) }
            return
        }
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + Int(duration.components.attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(duration.components.seconds) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        while messages.isEmpty && !isWoken {
            if pthread_cond_timedwait(condition, mutex, &deadline) != 0 { return }
        }
    }
}
