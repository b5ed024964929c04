import Glibc
import SystemPackage

/// A private sibling of the output directory in which a result is built, so that the output directory only ever
/// holds a whole result.
///
/// The directory is locked (`flock`) while its transcoding lives. The kernel drops the lock when the process dies,
/// so the next transcoding into the same place recognises an abandoned directory and removes it.
final class StagingDirectory {
    /// Where the decoder writes; the only writable place inside the sandbox.
    let work: FilePath
    /// Where the finished result is assembled.
    let result: FilePath
    private let target: FilePath
    private let root: FilePath
    private let lock: CInt

    /// Sweeps abandoned siblings, then creates a new directory beside `target`.
    init(beside target: FilePath) throws(TranscodingError) {
        self.target = target
        let prefix = try Self.prefix(for: target)
        let parent = target.removingLastComponent()
        try Self.sweep(parent: parent, prefix: prefix)
        (root, lock) = try Self.create(parent.appending(prefix + "XXXXXX"))
        work = root.appending("work")
        result = root.appending("result")
        for directory in [work, result] where mkdir(directory.string, 0o755) != 0 {
            let failure = TranscodingError.system("mkdir", directory, errno)
            discard()
            throw failure
        }
    }

    deinit { close(lock) }

    /// Puts the result into place with one `rename`.
    ///
    /// An equal result that is already there is kept as it is. A different one is moved away first: for an instant
    /// the directory is absent then, but it never holds files of both.
    /// - Throws: `destination-occupied` when the directory holds anything but a result.
    func publish(_ files: [PublishedFile]) throws(TranscodingError) {
        try ResultFile.synchronise(directory: result)
        // Another transcoding into the same place may publish between any two steps; then this one looks again.
        for attempt in 0..<8 {
            if let names = try ResultFile.names(in: target) {
                try refuseStrangers(names)
                if holds(files, named: names) { return }
                _ = rename(target.string, root.appending("replaced-\(attempt)").string)
            }
            if rename(result.string, target.string) == 0 {
                return try ResultFile.synchronise(directory: target.removingLastComponent())
            }
            guard errno == ENOTEMPTY || errno == EEXIST else { break }
        }
        throw .system("rename \(result) to", target, errno)
    }

    private func refuseStrangers(_ names: [String]) throws(TranscodingError) {
        guard let stranger = names.first(where: { !RenditionKind.isResultName($0) }) else { return }
        throw TranscodingError(
            .destinationOccupied,
            detail: "\(target) holds \(stranger), which is not part of a transcoding. Choose another directory."
        )
    }

    private func holds(_ files: [PublishedFile], named names: [String]) -> Bool {
        guard Set(names) == Set(files.map(\.name)) else { return false }
        return files.allSatisfy { file in
            (try? ResultFile.read(target.appending(file.name))).map(ResultFile.sha256) == file.sha256
        }
    }

    /// Removes the private directory and everything in it. Safe to call twice.
    func discard() {
        Self.removeTree(root)
    }

    private static func prefix(for target: FilePath) throws(TranscodingError) -> String {
        guard let name = target.lastComponent?.string, target.isAbsolute, name != "..", name != "." else {
            throw TranscodingError(
                .destinationOccupied,
                detail: "output \(target): expected an absolute directory path"
            )
        }
        return ".\(name).partial."
    }

    private static func create(_ template: FilePath) throws(TranscodingError) -> (FilePath, CInt) {
        // A sweeper may take the new directory in the instant before it is locked: then another one is made.
        for _ in 0..<16 {
            var buffer = Array(template.string.utf8CString)
            guard mkdtemp(&buffer) != nil else { throw .system("mkdtemp", template, errno) }
            let path = FilePath(String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
            if let lock = lockedDescriptor(path) { return (path, lock) }
        }
        throw TranscodingError(.storageFailed, detail: "cannot lock a new directory like \(template)")
    }

    /// An open, exclusively locked descriptor of `path`, or nil when another process holds it or removed it.
    private static func lockedDescriptor(_ path: FilePath) -> CInt? {
        let descriptor = open(path.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var (opened, named) = (stat(), stat())
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0,
            lstat(path.string, &named) == 0, opened.st_ino == named.st_ino
        {
            return descriptor
        }
        close(descriptor)
        return nil
    }

    private static func sweep(parent: FilePath, prefix: String) throws(TranscodingError) {
        guard let names = try ResultFile.names(in: parent) else {
            throw .system("opendir", parent, ENOENT)
        }
        for name in names where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
            let path = parent.appending(name)
            guard let lock = lockedDescriptor(path) else { continue }
            removeTree(path)
            close(lock)
        }
    }

    /// Depth is bounded because nothing but this type creates directories in here. A decoder that was just killed
    /// may still be dying in it, so a directory that fills up again is emptied again.
    private static func removeTree(_ path: FilePath, depth: Int = 0) {
        for _ in 0..<100 {
            for name in ((try? ResultFile.names(in: path)) ?? nil) ?? [] {
                let child = path.appending(name)
                if unlink(child.string) != 0, depth < 3 { removeTree(child, depth: depth + 1) }
            }
            if rmdir(path.string) == 0 || errno != ENOTEMPTY { return }
            usleep(10_000)
        }
    }
}
