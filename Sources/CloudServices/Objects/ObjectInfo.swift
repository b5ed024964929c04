import FoundationEssentials

/// What a store knows about an object without reading it.
public struct ObjectInfo: Sendable, Equatable {
    /// The name.
    public let key: ObjectKey
    /// Bytes.
    public let size: Int64
    /// Without quotes. MD5 of the bytes in lower-case hex, as S3 gives for a simple PUT; opaque otherwise.
    public let etag: String
    /// SHA-256 in lower-case hex; `nil` where the store did not compute one (S3 without checksums).
    public let sha256: String?
    /// The media type given on upload.
    public let contentType: String
    /// When the object became visible, to the millisecond.
    public let createdAt: Date
    /// What the client gave with it.
    public let metadata: ObjectMetadata

    /// Facts about one stored object.
    public init(
        key: ObjectKey,
        size: Int64,
        etag: String,
        sha256: String?,
        contentType: String,
        createdAt: Date,
        metadata: ObjectMetadata = .none
    ) {
        self.key = key
        self.size = size
        self.etag = etag
        self.sha256 = sha256
        self.contentType = contentType
        self.createdAt = createdAt
        self.metadata = metadata
    }
}

/// One page of a listing.
public struct ObjectListing: Sendable, Equatable {
    /// In the order of the keys' bytes.
    public let objects: [ObjectInfo]
    /// Pass as `after` for the next page; `nil` on the last one.
    public let next: ObjectKey?

    /// One page.
    public init(objects: [ObjectInfo], next: ObjectKey?) {
        self.objects = objects
        self.next = next
    }
}

/// An open object, or part of one.
public struct ObjectContent: Sendable {
    /// The whole object's facts.
    public let info: ObjectInfo
    /// The offsets that `body` delivers; the whole object unless a range was asked for.
    public let range: Range<Int64>
    /// The bytes.
    public let body: ObjectBody

    /// An open object.
    public init(info: ObjectInfo, range: Range<Int64>, body: ObjectBody) {
        self.info = info
        self.range = range
        self.body = body
    }
}

/// How to put an object.
public struct PutOptions: Sendable {
    /// Stored and served back.
    public var contentType: String
    /// `If-None-Match: *`: fail with `PreconditionFailed` when the key is taken.
    public var ifAbsent: Bool
    /// When given, any other number of bytes fails with `IncompleteBody` and leaves nothing behind.
    public var expectedByteCount: Int64?
    /// When given, another MD5 (16 bytes) fails with `BadDigest`.
    public var expectedMD5: [UInt8]?
    /// When given, another SHA-256 (lower-case hex) fails with `XAmzContentSHA256Mismatch`.
    public var expectedSHA256: String?
    /// Kept and given back.
    public var metadata: ObjectMetadata

    /// Options for one upload.
    public init(
        contentType: String = "application/octet-stream",
        ifAbsent: Bool = false,
        expectedByteCount: Int64? = nil,
        expectedMD5: [UInt8]? = nil,
        expectedSHA256: String? = nil,
        metadata: ObjectMetadata = .none
    ) {
        self.contentType = contentType
        self.ifAbsent = ifAbsent
        self.expectedByteCount = expectedByteCount
        self.expectedMD5 = expectedMD5
        self.expectedSHA256 = expectedSHA256
        self.metadata = metadata
    }
}
