import FoundationEssentials
import GRDB
import Synchronization

/// An object that is about to become visible.
struct ObjectWrite: Sendable {
    let key: ObjectKey
    let blob: BlobUpload
    let options: PutOptions
    /// `nil`: the MD5 of the bytes.
    var etag: String?
    /// The part of the event's name after `ObjectCreated:`.
    var operation = "Put"
    /// What else belongs into the transaction; may run more than once.
    var also: @Sendable (Database) throws -> Void = { _ in }

    func info(at time: Date) -> ObjectInfo {
        let digests = blob.digests
        return ObjectInfo(
            key: key,
            size: digests.size,
            etag: etag ?? digests.etag,
            sha256: digests.sha256,
            contentType: options.contentType,
            createdAt: Date(milliseconds: time.milliseconds),
            metadata: options.metadata
        )
    }
}

/// Blobs that a transaction, which may run more than once, leaves without a row.
final class GarbageList: Sendable {
    private let list = Mutex<[String]>([])
    var blobs: [String] { list.withLock { $0 } }
    func replace(_ blobs: [String]) { list.withLock { $0 = blobs } }
}
