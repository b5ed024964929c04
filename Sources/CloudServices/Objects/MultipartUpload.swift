/// An upload in parts that was begun. Nothing of it is visible until it is completed.
public struct MultipartUpload: Sendable, Equatable {
    /// What a part may be numbered (Amazon S3 User Guide, "Multipart upload limits").
    public static let partNumbers = 1...10_000
    /// The smallest part but the last, in bytes (same source).
    public static let minimumPartByteCount: Int64 = 5 << 20

    /// The object it will be.
    public let key: ObjectKey
    /// Given by the store.
    public let id: String

    /// Names an upload.
    public init(key: ObjectKey, id: String) {
        self.key = key
        self.id = id
    }
}

/// A part that the store has whole.
public struct UploadedPart: Sendable, Equatable {
    /// Its place among the parts, from 1.
    public let number: Int
    /// Bytes.
    public let size: Int64
    /// Without quotes.
    public let etag: String

    /// Facts about a stored part.
    public init(number: Int, size: Int64, etag: String) {
        self.number = number
        self.size = size
        self.etag = etag
    }
}

/// How a request names a part.
struct PartQuery {
    let number: Int
    let uploadID: String

    init(number: Int, uploadID: String) {
        self.number = number
        self.uploadID = uploadID
    }

    /// - Returns: `nil` for a request that is not about an upload in parts.
    /// - Throws: ``ObjectStoreError`` `InvalidArgument` when it names no part.
    init?(_ query: QueryString) throws {
        guard let uploadID = query.values("uploadId").first else { return nil }
        guard let number = query.values("partNumber").first.flatMap({ Int($0) }),
            MultipartUpload.partNumbers.contains(number)
        else {
            throw ObjectStoreError(.invalidArgument, "Part number must be an integer between 1 and 10000, inclusive.")
        }
        self.init(number: number, uploadID: uploadID)
    }

    var items: [QueryString.Item] {
        [.init(name: "partNumber", value: String(number)), .init(name: "uploadId", value: uploadID)]
    }
}
