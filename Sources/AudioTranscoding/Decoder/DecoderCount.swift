import Glibc
import Synchronization
import SystemPackage

/// How many decoders run, so that a transcoding takes two where a core is idle and one where all are busy.
final class DecoderCount: Sendable {
    private let coreCount: Int
    private let running = Mutex(0)

    init(coreCount: Int = usableCores) { self.coreCount = coreCount }

    /// One or two decoders, which run until ``end(_:)``.
    func begin() -> Int {
        running.withLock { running in
            let count = min(2, max(1, coreCount - running))
            running += count
            return count
        }
    }

    func end(_ count: Int) { running.withLock { $0 -= count } }

    /// The cores this process may use: those of the machine, or fewer in a container.
    static var usableCores: Int {
        let online = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return max(1, min(online, quota(text(of: "/sys/fs/cgroup/cpu.max")) ?? online))
    }

    /// The whole cores of a control group's limit, which is its processor time and the period, or `max` and the period
    /// (the kernel's documentation of control groups, version 2).
    static func quota(_ limit: String) -> Int? {
        let words = limit.split { $0.isWhitespace }
        guard words.count == 2, let time = Int(words[0]), let period = Int(words[1]), period > 0 else { return nil }
        return time / period
    }

    private static func text(of path: FilePath) -> String {
        guard let file = try? FileDescriptor.open(path, .readOnly) else { return "" }
        defer { try? file.close() }
        return (try? String(unsafeUninitializedCapacity: 64) { try file.read(into: UnsafeMutableRawBufferPointer($0)) })
            ?? ""
    }
}
