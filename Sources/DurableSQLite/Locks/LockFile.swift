import Glibc

/// An open file that is only locked, never deleted while in use.
///
/// `O_CLOEXEC`: a child process must not inherit the description, or the lock would outlive this process.
final class LockFile: Sendable {
    let path: String
    private let descriptor: Int32

    init(path: String) throws(DatabaseFailure) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(.lockUnavailable, "cannot open the lock file \"\(path)\"", errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the exclusive lock.
    func lock() throws(DatabaseFailure) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .system(.lockUnavailable, "cannot lock \"\(path)\"", errno) }
        }
    }

    /// Takes the exclusive lock if nobody has it.
    func tryLock() throws(DatabaseFailure) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw .system(.lockUnavailable, "cannot lock \"\(path)\"", errno) }
        }
        return true
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// Whether `path` still names the file that is open here.
    var isInPlace: Bool {
        var here = stat()
        var there = stat()
        return fstat(descriptor, &here) == 0 && stat(path, &there) == 0
            && here.st_ino == there.st_ino && here.st_dev == there.st_dev
    }

    /// Makes the file one byte long, so that reading it is an event (reading nothing is not).
    func ensureOneByte() throws(DatabaseFailure) {
        guard ftruncate(descriptor, 1) == 0 else {
            throw .system(.lockUnavailable, "cannot prepare the lock file \"\(path)\"", errno)
        }
    }

    func readOneByte() {
        var byte: UInt8 = 0
        _ = pread(descriptor, &byte, 1, 0)
    }
}

extension DatabaseFailure {
    /// A failed system call: what was tried and the system's reason.
    static func system(_ kind: Kind, _ attempt: String, _ code: Int32) -> DatabaseFailure {
        DatabaseFailure(kind, "\(attempt): \(String(cString: strerror(code))).")
    }
}
