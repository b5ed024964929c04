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
    func lock() throws(DatabaseFailure) { try wait(for: LOCK_EX) }

    /// Waits for the shared lock, in exchange for what is held.
    func lockShared() throws(DatabaseFailure) { try wait(for: LOCK_SH) }

    private func wait(for operation: Int32) throws(DatabaseFailure) {
        while flock(descriptor, operation) != 0 {
            guard errno == EINTR else { throw .system(.lockUnavailable, "cannot lock \"\(path)\"", errno) }
        }
    }

    /// Takes the exclusive lock if nobody else has any. A shared lock that was held is lost in any case.
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

    /// Makes the file at least `byteCount` long (reading nothing would be no event) and maps that much of it.
    ///
    /// The bytes get their place on the volume here: a mapped hole on a full volume ends the process when it is written to.
    func map(byteCount: Int) throws(DatabaseFailure) -> UnsafeMutableRawPointer {
        let result = posix_fallocate(descriptor, 0, byteCount)
        guard result == 0 else {
            throw .system(.lockUnavailable, "cannot prepare the lock file \"\(path)\"", result)
        }
        let mapping = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let mapping, mapping != MAP_FAILED else {
            throw .system(.lockUnavailable, "cannot map the lock file \"\(path)\"", errno)
        }
        return mapping
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
