import Glibc

/// The files below a store's root. One immutable file ("blob") per upload, named by a random id, never by a key:
///
/// ```
/// root/tmp/<id>                         being written, locked by its writer
/// root/objects/<bucket>/<id[0..<2]>/<id>   sealed
/// ```
///
/// Which key a blob belongs to is known to the database alone, so a key can never reach the file system, a replaced
/// object's readers keep their bytes, and making an object visible is one transaction.
///
/// The writer holds `flock` on its blob from the first byte until its row is committed. The lock dies with the process,
/// so a blob that has neither a lock nor a row is garbage, and the sweep can tell without knowing the other processes.
struct BlobDirectory: Sendable {
    let path: String
    private let temporary: OpenFile
    private let objects: OpenFile

    init(root: String, bucket: BucketName) throws {
        if mkdir(root, 0o700) != 0, errno != EEXIST {
            throw FileSystemError(operation: "mkdir root", errorNumber: errno)
        }
        let root = try (OpenFile.open(path: root, O_RDONLY | O_DIRECTORY), root)
        temporary = try root.0.directory("tmp")
        objects = try root.0.directory("objects").directory(bucket.rawValue)
        path = "\(root.1)/objects/\(bucket.rawValue)"
    }

    func path(of id: String) -> String { "\(path)/\(id.prefix(2))/\(id)" }

    /// A new locked, empty file in `tmp`, under a fresh id.
    func create(_ makeID: () -> String) throws -> (file: OpenFile, id: String) {
        while true {
            let id = makeID()
            let file = try temporary.open(id, O_RDWR | O_CREAT | O_EXCL)
            // A sweep may have taken the lock between the two calls and be removing the file: then take another id.
            if try file.tryLock(), try file.status().st_nlink > 0 { return (file, id) }
        }
    }

    /// Makes a written file permanent: its bytes, then its name, are on disk when this returns.
    func seal(_ file: OpenFile, _ id: String) throws {
        try file.sync()
        let shard = try objects.directory(String(id.prefix(2)))
        try temporary.move(id, to: shard, as: id)
        try shard.sync()
    }

    func open(_ id: String) throws -> OpenFile {
        try objects.open(String(id.prefix(2)), O_RDONLY | O_DIRECTORY).open(id, O_RDONLY)
    }

    func remove(_ id: String) throws {
        try temporary.remove(id)
        if let shard = try? objects.open(String(id.prefix(2)), O_RDONLY | O_DIRECTORY) { try shard.remove(id) }
    }

    /// Removes files in `tmp` whose writer is gone. The directory is shared by all buckets of a root.
    func removeAbandonedUploads() throws -> Int {
        try temporary.names().count { id in
            guard let file = try? temporary.open(id, O_RDONLY | O_NONBLOCK), try file.tryLock() else { return false }
            try temporary.remove(id)
            return true
        }
    }

    /// Ids of all sealed blobs, shard by shard.
    func shards() throws -> [String] {
        try objects.names().filter { $0.utf8.count == 2 }.sorted()
    }

    func blobs(inShard shard: String) throws -> [String] {
        try objects.open(shard, O_RDONLY | O_DIRECTORY).names()
    }

    /// Takes the lock of a sealed blob, to be held while deciding about it; `nil` when its writer still holds it, or
    /// when it is gone or no plain file.
    func lock(_ id: String) throws -> OpenFile? {
        guard let shard = try? objects.open(String(id.prefix(2)), O_RDONLY | O_DIRECTORY),
            let file = try? shard.open(id, O_RDONLY | O_NONBLOCK)
        else { return nil }
        return try file.tryLock() ? file : nil
    }
}
