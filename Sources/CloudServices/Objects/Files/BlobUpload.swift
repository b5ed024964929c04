import Crypto
import Synchronization

/// One upload on its way to disk: the locked file and the running digests.
final class BlobUpload: Sendable {
    struct Digests: Sendable {
        var size: Int64
        var md5: [UInt8]
        var sha256: String

        var etag: String { URIEncoding.hex(md5) }
    }

    private struct Progress: Sendable {
        var size: Int64 = 0
        var md5 = Insecure.MD5()
        var sha256 = SHA256()
    }

    let id: String
    private let directory: BlobDirectory
    private let file: OpenFile
    private let progress = Mutex(Progress())

    init(in directory: BlobDirectory, makeID: () -> String) throws {
        self.directory = directory
        (file, id) = try directory.create(makeID)
    }

    func append(_ bytes: [UInt8]) throws {
        try file.write(bytes)
        progress.withLock {
            $0.size += Int64(bytes.count)
            $0.md5.update(data: bytes)
            $0.sha256.update(data: bytes)
        }
    }

    var digests: Digests {
        progress.withLock {
            Digests(size: $0.size, md5: Array($0.md5.finalize()), sha256: URIEncoding.hex($0.sha256.finalize()))
        }
    }

    func seal() throws {
        try directory.seal(file, id)
    }
}
