import Glibc

/// The kernel's reports about one database's log and lock file.
final class ChangeEvents: Sendable {
    enum Report { case nothing, written, rung, ended }

    let descriptor: Int32
    private let ringWatch: Int32
    private let directoryWatch: Int32
    private let walName: String

    /// Nil where inotify is unavailable (no instances or watches left, file system without support).
    init?(databasePath: String) {
        let (directory, name) = ChangeEvents.split(databasePath)
        walName = name + "-wal"
        descriptor = inotify_init1(Int32(O_CLOEXEC | O_NONBLOCK))
        guard descriptor >= 0 else { return nil }
        ringWatch = inotify_add_watch(descriptor, WriterLock.lockPath(databasePath), UInt32(IN_ACCESS))
        directoryWatch = inotify_add_watch(
            descriptor,
            directory,
            UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)
        )
        guard ringWatch >= 0, directoryWatch >= 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        close(descriptor)
    }

    /// Reads everything that is waiting.
    func read() -> Report {
        var report = Report.nothing
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                scan(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &report)
            }
        }
        return report
    }

    private func scan(_ buffer: UnsafeRawBufferPointer, _ report: inout Report) {
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= buffer.count {
            let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let name = buffer[(offset + header)..<(offset + header + Int(event.len))]
            note(event, isWAL: name.prefix { $0 != 0 }.elementsEqual(walName.utf8), &report)
            offset += header + Int(event.len)
        }
    }

    private func note(_ event: inotify_event, isWAL: Bool, _ report: inout Report) {
        if event.mask & UInt32(IN_IGNORED) != 0 {
            report = .ended
        } else if report == .ended {
            return
        } else if event.wd == ringWatch {
            report = .rung
        } else if event.mask & UInt32(IN_Q_OVERFLOW) != 0 || isWAL {
            report = .written
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
    }
}
