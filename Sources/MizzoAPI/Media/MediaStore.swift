import FoundationEssentials
import NIOCore

/// What the API asks a presigned upload URL for. All of it must be part of the signature.
public struct UploadGrant: Equatable, Sendable {
    /// Chosen by the API.
    public let key: String
    /// What the client must declare.
    public let contentType: String
    /// What the client must declare, in bytes.
    public let byteCount: Int64
    /// When the URL stops working.
    public let expiresAt: Date
}

/// A presigned upload.
public struct PresignedUpload: Equatable, Sendable {
    /// Absolute.
    public let url: String
    /// Header fields the client must send with its `PUT`.
    public let headers: [String: String]

    /// A URL for one `PUT`.
    public init(url: String, headers: [String: String]) {
        self.url = url
        self.headers = headers
    }
}

/// A stored object, opened for reading: every read through one value sees the same bytes.
public struct MediaObject: Sendable {
    /// Where the bytes come from.
    public enum Source: Sendable {
        /// A file that is not changed while it is open.
        case file(path: String)
        /// A stream of the given bytes of the object.
        case stream(@Sendable (Range<Int64>) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable)
    }

    /// Bytes.
    public let size: Int64
    /// Without quotes; changes with the content.
    public let etag: String
    /// When the content last changed, if the store knows.
    public let modifiedAt: Date?
    /// Where the bytes come from.
    public let source: Source
    /// Where a client may fetch them without this API; `nil` when it may not.
    public let link: Link?

    /// Makes a URL that answers a `GET` of this one object, whole or one range of it, without credentials, for as long as asked.
    public typealias Link = @Sendable (_ lifetime: Duration) async throws -> String

    /// An object as found in the store.
    public init(size: Int64, etag: String, modifiedAt: Date? = nil, source: Source, link: Link? = nil) {
        self.size = size
        self.etag = etag
        self.modifiedAt = modifiedAt
        self.source = source
        self.link = link
    }
}

/// The object store cannot be reached or is overloaded. Whatever was asked of it may be asked again.
public struct MediaStoreUnavailable: Error, CustomStringConvertible {
    /// What the store or the network said, for the log.
    public let description: String

    /// Takes the cause.
    public init(_ cause: any Error) { description = "\(cause)" }
}

/// The object store as the API needs it. What may pass is thrown as ``MediaStoreUnavailable``.
public protocol MediaStore: Sendable {
    /// Presigns one `PUT`.
    func presign(_ grant: UploadGrant) async throws -> PresignedUpload
    /// Opens an object, or returns `nil` if there is none under the key.
    func object(_ key: String) async throws -> MediaObject?
}
