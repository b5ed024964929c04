import Glibc
import Synchronization

/// How many decoders run, so that a transcoding takes two where a core is idle and one where all are busy.
final class DecoderCount: Sendable {
    private let coreCount: Int
    private let running = Mutex(0)

    init(coreCount: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) { self.coreCount = coreCount }

    /// One or two decoders, which run until ``end(_:)``.
    func begin() -> Int {
        running.withLock { running in
            let count = min(2, max(1, coreCount - running))
            running += count
            return count
        }
    }

    func end(_ count: Int) { running.withLock { $0 -= count } }
}
