import Glibc
import Synchronization

/// A lock file that says "this process is alive".
///
/// The kernel drops the lock at the moment the process dies, however it dies, so `isHeld` is an immediate and certain
/// answer on one machine. Children do not inherit the lock.
public final class ProcessLock: Sendable {
    /// The lock file.
    public let path: String
    private let file: Mutex<LockFile?>

    /// Takes the lock at `path`, creating the file (mode 0600); its directory must exist.
    ///
    /// - Throws: `process-lock-held` when another holder is alive, `lock-unavailable` when the file cannot be used.
    public static func acquire(_ path: String) throws(DatabaseFailure) -> ProcessLock {
        // A probe holds a shared lock for some microseconds, and a releasing holder removes the file: try again.
        for _ in 0..<50 {
            let file = try LockFile(path: path)
            if try file.tryLock() {
                if file.isInPlace { return ProcessLock(path: path, file: file) }
            } else {
                usleep(1_000)
            }
        }
        throw DatabaseFailure(
            .processLockHeld,
            "the lock \"\(path)\" is held by another live holder. Stop it or use another name."
        )
    }

    /// Whether some process (this one included) holds the lock at `path`. A missing file is not held.
    ///
    /// - Throws: `lock-unavailable` when the file exists and cannot be examined.
    public static func isHeld(_ path: String) throws(DatabaseFailure) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw .system(.lockUnavailable, "cannot open the lock file \"\(path)\"", errno)
        }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return true }
            guard errno == EINTR else { throw .system(.lockUnavailable, "cannot examine the lock \"\(path)\"", errno) }
        }
        return false
    }

    /// Removes the file and gives the lock up. Idempotent; also done when the last reference goes away.
    public func release() {
        file.withLock { file in
            guard file != nil else { return }
            unlink(path)
            file = nil
        }
    }

    private init(path: String, file: LockFile) {
        self.path = path
        self.file = Mutex(file)
    }

    deinit {
        release()
    }
}
