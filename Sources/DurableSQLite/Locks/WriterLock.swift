import Glibc

/// The advisory lock under which every process writes to and checkpoints one database file.
///
/// SQLite before 3.51.3 has the WAL-reset bug: a checkpoint that races a writer on another connection can corrupt the
/// file, because the log may be restarted while frames of it are not yet copied. SQLite's own locks allow this race. So
/// every write transaction and every checkpoint, in any process and any instance, is made with this lock held.
///
/// `flock` locks belong to the open file description: two instances in one process exclude each other as well, the
/// kernel drops the lock when the process dies, and closing the file elsewhere does not (as POSIX record locks would).
///
/// `flock` is not fair: the holder of a busy lock usually gets it again before a waiter has woken up. Therefore a
/// second lock, the *gate*, is taken first and held only while waiting. Whoever waits for the lock holds the gate, so
/// the last holder queues up behind it.
final class WriterLock: Sendable {
    private let lock: LockFile
    private let gate: LockFile
    /// Locked by every instance as long as it lives, shared: whoever has it alone is the only one that has the file open.
    private let users: LockFile
    /// Of the commits that are made under this lock.
    let horizon: FlushHorizon

    /// Opens `<path>-writer.lock`, `<path>-writer.gate` and `<path>-writer.users`, mode 0600.
    init(databasePath: String) throws(DatabaseFailure) {
        lock = try LockFile(path: WriterLock.lockPath(databasePath))
        gate = try LockFile(path: databasePath + "-writer.gate")
        users = try LockFile(path: databasePath + "-writer.users")
        horizon = try FlushHorizon(in: lock)
    }

    static func lockPath(_ databasePath: String) -> String {
        databasePath + "-writer.lock"
    }

    /// Whether no other instance, of any process, has the file open; none will as long as the lock is held. Call with the lock
    /// held, before ``join()``.
    func isAlone() throws(DatabaseFailure) -> Bool { try users.tryLock() }

    /// This instance has opened the file. Call with the lock held.
    func join() throws(DatabaseFailure) { try users.lockShared() }

    /// This instance has closed the file.
    func leave() { users.unlock() }

    func acquire() throws(DatabaseFailure) {
        try gate.lock()
        defer { gate.unlock() }
        try lock.lock()
        try checkPlace()
    }

    /// Takes the lock if nobody has it or waits for it.
    func tryAcquire() throws(DatabaseFailure) -> Bool {
        guard try gate.tryLock() else { return false }
        defer { gate.unlock() }
        guard try lock.tryLock() else { return false }
        try checkPlace()
        return true
    }

    private func checkPlace() throws(DatabaseFailure) {
        guard lock.isInPlace else {
            lock.unlock()
            throw DatabaseFailure(
                .lockUnavailable,
                "\"\(lock.path)\" was removed while in use, so it excludes nobody any more. Restart all processes."
            )
        }
    }

    func release() {
        lock.unlock()
    }

    func withLock<Value>(_ body: () throws -> Value) throws -> Value {
        try acquire()
        defer { release() }
        return try body()
    }

    /// Announces commits that are on disk to every process that watches the lock file.
    ///
    /// A write to the log is visible to inotify *before* it is flushed. So a committer reads one byte of the lock file
    /// after the flush: an `IN_ACCESS` event at the right moment, without dirtying anything on disk.
    func ring() {
        lock.readOneByte()
    }
}
