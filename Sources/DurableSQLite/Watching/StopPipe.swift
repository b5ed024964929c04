import Glibc

/// A pipe whose closing end wakes a thread out of `poll`.
final class StopPipe: Sendable {
    enum Wake { case stopped, readable, timedOut }

    private let reading: Int32
    private let writing: Int32

    init() throws(DatabaseFailure) {
        var ends: [Int32] = [-1, -1]
        // A socket pair, because it can be closed on exec from its first moment on.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw .system(.openFailed, "cannot create a socket pair", errno)
        }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Wakes every present and future wait.
    func stop() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }

    /// True when stopped, false after the timeout.
    func wait(milliseconds: Int32) -> Bool {
        wait(orReadable: -1, milliseconds: milliseconds) == .stopped
    }

    /// Waits for the stop, for `descriptor` to become readable, or for the timeout (-1: none).
    func wait(orReadable descriptor: Int32, milliseconds: Int32) -> Wake {
        var descriptors = [
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&descriptors, 2, milliseconds)
        if descriptors[0].revents != 0 { return .stopped }
        if count > 0, descriptors[1].revents != 0 { return .readable }
        return .timedOut
    }
}
