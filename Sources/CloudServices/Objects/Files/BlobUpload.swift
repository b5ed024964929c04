import Synchronization

/// One upload on its way to disk: the locked file and the running digests.
final class BlobUpload: Sendable {
    let id: String
    private let directory: BlobDirectory
    private let file: OpenFile
    private let progress = Mutex(RunningDigests())

    init(in directory: BlobDirectory, makeID: () -> String) throws {
        self.directory = directory
        (file, id) = try directory.create(makeID)
    }

    func append(_ bytes: [UInt8]) throws {
        try file.write(bytes)
        progress.withLock { $0.update(bytes) }
    }

    var digests: BodyDigests { progress.withLock { $0.present } }

    func seal() throws {
        try directory.seal(file, id)
    }
}
