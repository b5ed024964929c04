import Glibc

/// A kernel thread outside Swift's cooperative pool, for work that blocks.
final class DedicatedThread: Sendable {
    private let finished = Latch()

    /// Starts `body` on a new thread named `name` (at most 15 bytes are kept by the kernel).
    init(name: String, body: @escaping @Sendable () -> Void) throws {
        let finished = finished
        let start = Unmanaged.passRetained(
            Start {
                DedicatedThread.rename(name)
                body()
                finished.open()
            }
        )
        var thread = pthread_t()
        let result = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            start.toOpaque()
        )
        guard result == 0 else {
            start.release()
            throw DatabaseFailure(.openFailed, "cannot start the thread \"\(name)\": error \(result).")
        }
        pthread_detach(thread)
    }

    /// Waits until the body has returned.
    func join() {
        finished.wait()
    }

    /// Names the calling thread for `top`, `perf` and debuggers. Best effort.
    private static func rename(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, name, name.utf8.count)
        close(descriptor)
    }

    private final class Start {
        let body: @Sendable () -> Void
        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
