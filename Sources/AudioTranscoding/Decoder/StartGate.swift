import Synchronization
import SystemPackage

/// Holds a decoder back until it is certain to die with this process.
///
/// "Kill me when my parent dies" can only be asked for by the child itself, after it was forked. A parent that dies
/// in between leaves an orphan. So the decoder gets its filter graph through a pipe, and only after its first output
/// has shown that the wrappers before it have run. A parent that dies earlier closes the pipe: the decoder reads an
/// empty graph and ends by itself.
///
/// The kernel sends the signal when the parent *thread* ends. swift-subprocess starts all children on one worker
/// thread that lives until `exit`, so thread and process end together.
final class StartGate: Sendable {
    /// The child's standard input. It also stays open here until the gate opens, so writing cannot raise SIGPIPE.
    let readEnd: FileDescriptor
    private let writeEnd: FileDescriptor
    private let isClosed = Mutex(false)

    init() throws(TranscodingError) {
        do {
            (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
        } catch {
            throw TranscodingError(.storageFailed, detail: "pipe for the start gate: \(error)")
        }
    }

    /// Writes `text` for the child. The pipe is empty and `text` smaller than its buffer, so this never blocks.
    func write(_ text: String) throws {
        try writeEnd.writeAll(text.utf8)
    }

    /// Closes this process's ends, after which the child sees the end of its input. Further calls do nothing.
    func close() {
        isClosed.withLock { isClosed in
            guard !isClosed else { return }
            isClosed = true
            try? writeEnd.close()
            try? readEnd.close()
        }
    }
}
