import Glibc

/// The kernel's reports that somebody has read one database's lock file.
final class RingEvents: Sendable {
    let descriptor: Int32

    /// Nil where inotify is unavailable (no instances or watches left, file system without support).
    init?(databasePath: String) {
        descriptor = inotify_init1(Int32(O_CLOEXEC | O_NONBLOCK))
        guard descriptor >= 0 else { return nil }
        guard inotify_add_watch(descriptor, WriterLock.lockPath(databasePath), UInt32(IN_ACCESS)) >= 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        close(descriptor)
    }

    /// Reads everything that is waiting; false when the kernel reports nothing more.
    func read() -> Bool {
        var isWatching = true
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = UnsafeRawBufferPointer(buffer).loadUnaligned(
                        fromByteOffset: offset,
                        as: inotify_event.self
                    )
                    if event.mask & UInt32(IN_IGNORED) != 0 { isWatching = false }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
        return isWatching
    }
}
