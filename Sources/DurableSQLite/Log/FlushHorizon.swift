import Glibc
import Synchronization

/// How far the commits to one database file have been flushed, known to every process that has it open.
///
/// A commit can be seen before it is on disk: its flush comes afterwards, so that the next group is written meanwhile.
/// Whoever reads must not tell of such a commit yet; this is how a reader of any process knows that there may be one.
///
/// Three words in the first bytes of the writer's lock file, mapped: the number of the last commit that was begun, the highest
/// one that is known to be on disk, and whether a flush has failed. They mean nothing after a crash of the machine and need no
/// flush: each number is above both of its predecessors, so at worst a reader flushes once for nothing.
final class FlushHorizon: @unchecked Sendable {
    // SAFETY: the mapping lives as long as the object and is only accessed atomically.
    private let counters: UnsafeMutablePointer<Atomic<UInt64>>
    private static let byteCount = 3 * MemoryLayout<Atomic<UInt64>>.stride

    /// Maps the counters of `lock`.
    ///
    /// - Throws: `lock-unavailable`.
    init(in lock: LockFile) throws(DatabaseFailure) {
        let mapping = try lock.map(byteCount: Self.byteCount)
        counters = mapping.bindMemory(to: Atomic<UInt64>.self, capacity: 3)
    }

    deinit {
        munmap(counters, Self.byteCount)
    }

    /// The last commit that may be visible, unless it is on disk. Ask after reading what may be of such a commit.
    var unflushed: UInt64? {
        let begun = counters[0].load(ordering: .sequentiallyConsistent)
        return hasReached(begun) ? nil : begun
    }

    func hasReached(_ number: UInt64) -> Bool {
        counters[1].load(ordering: .sequentiallyConsistent) >= number
    }

    /// The number of a commit that is about to be made. Call with the writer lock held.
    func begin() -> UInt64 {
        let (begun, flushed) = (
            counters[0].load(ordering: .sequentiallyConsistent), counters[1].load(ordering: .sequentiallyConsistent)
        )
        // The file is anybody's: whatever it holds must not end the process.
        let number = max(begun, flushed) &+ 1
        counters[0].store(number, ordering: .sequentiallyConsistent)
        return number
    }

    /// Takes back the number of a commit that wrote nothing. Call under the same hold of the lock as `begin`.
    func cancel(_ number: UInt64) {
        counters[0].store(number &- 1, ordering: .sequentiallyConsistent)
    }

    /// Every commit up to this one is on disk.
    func reached(_ number: UInt64) {
        _ = counters[1].max(number, ordering: .sequentiallyConsistent)
    }

    /// Every commit is on disk, also those of processes that have died before they said so. Call with the writer lock held.
    func reachedAll() {
        reached(counters[0].load(ordering: .sequentiallyConsistent))
    }

    /// Whether a flush of some process has failed, and the log has not been made anew since: parts of it may never reach the
    /// disk, so nothing that is written behind them is safe.
    var hasFailed: Bool { counters[2].load(ordering: .sequentiallyConsistent) != 0 }

    func setFailed(_ failed: Bool) {
        counters[2].store(failed ? 1 : 0, ordering: .sequentiallyConsistent)
    }
}
