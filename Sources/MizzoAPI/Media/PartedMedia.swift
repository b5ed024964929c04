import FoundationEssentials

/// An upload in parts, as the object store names it.
public struct PartedUpload: Equatable, Sendable {
    /// The object it will be.
    public let key: String
    /// The store's own name for it.
    public let id: String

    /// Names an upload.
    public init(key: String, id: String) {
        self.key = key
        self.id = id
    }
}

/// What the API asks a presigned URL for one part for. All of it must be part of the signature.
public struct PartGrant: Equatable, Sendable {
    /// From 1.
    public let number: Int
    /// What the client must send, in bytes.
    public let byteCount: Int64
    /// When the URL stops working.
    public let expiresAt: Date
}

/// A part that the store has whole.
public struct StoredPart: Equatable, Sendable {
    /// From 1.
    public let number: Int
    /// Bytes.
    public let byteCount: Int64
    /// Without quotes.
    public let etag: String

    /// Facts about a part.
    public init(number: Int, byteCount: Int64, etag: String) {
        self.number = number
        self.byteCount = byteCount
        self.etag = etag
    }
}

/// Uploads in parts, as far as the API has to do with them: parts nobody wants are the workers' to remove.
public protocol PartedMedia: Sendable {
    /// Begins an upload.
    func beginParts(_ key: String, contentType: String) async throws -> PartedUpload
    /// Presigns the `PUT` of one part.
    func presign(_ part: PartGrant, of upload: PartedUpload) async throws -> PresignedUpload
    /// The parts that have arrived, or `nil` when there is no such upload any more.
    func parts(of upload: PartedUpload) async throws -> [StoredPart]?
    /// Joins the parts into an object that was not there before. Nothing happens when there is no such upload any more:
    /// somebody else has joined or discarded it.
    ///
    /// - Returns: `false` when parts are not any more what they were: list them again.
    func join(_ parts: [StoredPart], of upload: PartedUpload) async throws -> Bool
}
