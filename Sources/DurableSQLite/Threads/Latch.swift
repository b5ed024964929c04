/// A gate that is closed first and stays open once opened.
final class Latch: @unchecked Sendable {
    // SAFETY: `isOpen` is read and written with the monitor's lock held only.
    private let monitor = Monitor()
    private var isOpen = false

    func open() {
        monitor.withLock {
            isOpen = true
            monitor.broadcast()
        }
    }

    func wait() {
        monitor.withLock {
            while !isOpen { monitor.wait() }
        }
    }
}
