import Glibc

/// A failed system call.
public struct FileSystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name.
    public var code: String { "file-system-failure" }
    /// The call and the name it was for, relative to the store's root.
    public let operation: String
    /// The `errno` of the call.
    public let errorNumber: Int32

    /// The call, the reason, and what to look at.
    public var description: String {
        "\(operation) failed: \(String(cString: strerror(errorNumber))) (errno \(errorNumber)). "
            + "Check the disk, the permissions and that the path holds no symbolic links."
    }
}

/// An open file or directory; closed when the last reference goes.
///
/// Names are always single components, opened relative to an open directory with `O_NOFOLLOW`: a symbolic link planted
/// anywhere below the store's root is refused by the kernel, without a window between check and use.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(owning descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Opens by path; only the last component is protected against links.
    static func open(path: String, _ flags: Int32) throws -> OpenFile {
        OpenFile(owning: try retrying("open") { Glibc.open(path, flags | O_CLOEXEC) })
    }

    func open(_ name: String, _ flags: Int32, mode: mode_t = 0o600) throws -> OpenFile {
        OpenFile(
            owning: try retrying("open \(name)") { openat(descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
        )
    }

    /// Opens a directory, making it first if need be; a new entry is synced.
    func directory(_ name: String) throws -> OpenFile {
        if mkdirat(descriptor, name, 0o700) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw FileSystemError(operation: "mkdir \(name)", errorNumber: errno)
        }
        return try open(name, O_RDONLY | O_DIRECTORY)
    }

    func write(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            offset += try bytes.withUnsafeBytes { buffer in
                try retrying("write") {
                    Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
                }
            }
        }
    }

    /// Up to `count` bytes from `offset`; empty at the end of the file.
    func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try retrying("read") { pread(descriptor, buffer.baseAddress, count, off_t(offset)) }
        }
    }

    func sync() throws {
        _ = try retrying("fsync") { fsync(descriptor) }
    }

    func status() throws -> stat {
        var status = stat()
        _ = try retrying("fstat") { fstat(descriptor, &status) }
        return status
    }

    /// Takes the exclusive lock of this open file without waiting; `false` when someone else holds it.
    func tryLock() throws -> Bool {
        do {
            _ = try retrying("flock") { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch let error as FileSystemError where error.errorNumber == EWOULDBLOCK {
            return false
        }
    }

    func move(_ name: String, to directory: OpenFile, as newName: String) throws {
        _ = try retrying("rename \(name)") { renameat(descriptor, name, directory.descriptor, newName) }
    }

    /// Removes a file; one that is gone already is fine.
    func remove(_ name: String) throws {
        if unlinkat(descriptor, name, 0) != 0, errno != ENOENT {
            throw FileSystemError(operation: "unlink \(name)", errorNumber: errno)
        }
    }

    /// The names in this directory, without `.` and `..`.
    func names() throws -> [String] {
        let copy = try retrying("open directory") { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = fdopendir(copy) else {
            let error = FileSystemError(operation: "read directory", errorNumber: errno)
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// Repeats a call that a signal interrupted; turns `-1` into an error.
private func retrying<Number: FixedWidthInteger>(_ operation: String, _ call: () -> Number) throws -> Number {
    while true {
        let result = call()
        if result >= 0 { return result }
        guard errno == EINTR else { throw FileSystemError(operation: operation, errorNumber: errno) }
    }
}
