import Crypto
import Glibc
import SystemPackage

/// Reading and durable writing of whole files.
enum ResultFile {
    static func read(_ path: FilePath) throws(TranscodingError) -> [UInt8] {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system("open", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TranscodingError(.storageFailed, detail: "\(path): expected a regular file")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let offset = filled
            let got = bytes.withUnsafeMutableBytes { raw in
                Glibc.read(descriptor, raw.baseAddress?.advanced(by: offset), raw.count - offset)
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw .system("read", path, got == 0 ? EIO : errno) }
            filled += got
        }
        return bytes
    }

    /// Creates `name` in `directory`, writes, and waits until the bytes are on the disk.
    static func write(
        _ bytes: [UInt8],
        named name: String,
        in directory: FilePath
    ) throws(TranscodingError) -> PublishedFile {
        let path = directory.appending(name)
        let descriptor = open(path.string, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system("create", path, errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let offset = written
            let put = bytes.withUnsafeBytes { raw in
                Glibc.write(descriptor, raw.baseAddress?.advanced(by: offset), raw.count - offset)
            }
            if put < 0 && errno == EINTR { continue }
            guard put >= 0 else { throw .system("write", path, errno) }
            written += put
        }
        guard fsync(descriptor) == 0 else { throw .system("fsync", path, errno) }
        return PublishedFile(name: name, byteCount: bytes.count, sha256: sha256(bytes))
    }

    static func synchronise(directory: FilePath) throws(TranscodingError) {
        let descriptor = open(directory.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", directory, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("fsync", directory, errno) }
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hexadecimal(hash.finalize())
    }

    /// The names in a directory, sorted by their bytes; nil when there is no such directory.
    static func names(in directory: FilePath) throws(TranscodingError) -> [String]? {
        guard let stream = opendir(directory.string) else {
            if errno == ENOENT { return nil }
            throw .system("opendir", directory, errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = Glibc.readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
