import CloudServices
import FoundationEssentials
import MizzoAPI
import NIOCore

/// The API's view of the object store.
struct ObjectMedia: MediaStore {
    let store: any ObjectStore
    let endpoint: PublicEndpoint
    /// Where clients may be sent to.
    var links = Links.none
    let now: @Sendable () -> Date

    /// Where clients may be sent to for an object.
    enum Links: Sendable {
        /// Nowhere.
        case none
        /// To the store.
        case presigned
        /// To the CDN in front of it.
        case cdn(CloudFrontSigner)
    }

    func presign(_ grant: UploadGrant) async throws -> PresignedUpload {
        let conditions = UploadConditions(
            contentType: grant.contentType,
            maximumByteCount: grant.byteCount,
            minimumByteCount: grant.byteCount
        )
        let request = try await store.presignPut(
            ObjectKey(grant.key),
            conditions: conditions,
            expiresIn: lifetime(until: grant.expiresAt)
        )
        return offer(request)
    }

    /// Runs `body`, and names what may pass.
    func reaching<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as ObjectStoreError
            where [.serviceUnavailable, .slowDown, .requestTimeout, .conditionalRequestConflict].contains(error.kind)
        {
            throw MediaStoreUnavailable(error)
        }
    }

    /// Whole seconds, at least one.
    func lifetime(until expiry: Date) -> Duration {
        .seconds(Int64(max(1, expiry.timeIntervalSince(now()).rounded())))
    }

    /// As clients are told it.
    func offer(_ request: PresignedRequest) -> PresignedUpload {
        let headers = request.headers.map { ($0.name, $0.value) }
        return PresignedUpload(
            url: endpoint.mounted(request.url),
            headers: Dictionary(headers) { first, _ in first }
        )
    }

    func object(_ key: String) async throws -> MediaObject? {
        do {
            let key = try ObjectKey(key)
            if let files = store as? FileObjectStore { return try await object(key, in: files) }
            // A bucket is asked for facts only; which bytes are wanted is known later.
            let info = try await reaching { try await store.head(key) }
            return MediaObject(
                size: info.size,
                etag: info.etag,
                modifiedAt: info.createdAt,
                source: .stream { try await stream(key, info.etag, $0) },
                link: link(to: key)
            )
        } catch let error as ObjectStoreError where error.kind == .noSuchKey || error.kind == .invalidArgument {
            return nil
        }
    }

    private func object(_ key: ObjectKey, in files: FileObjectStore) async throws -> MediaObject {
        let content = try await files.get(key)
        return MediaObject(
            size: content.info.size,
            etag: content.info.etag,
            modifiedAt: content.info.createdAt,
            source: .file(path: content.body.file?.path ?? ""),
            link: link(to: key)
        )
    }

    private func link(to key: ObjectKey) -> MediaObject.Link? {
        switch links {
        case .none: nil
        case .presigned: { endpoint.mounted(try await store.presignGet(key, expiresIn: $0).url) }
        case .cdn(let signer): { try signer.url(of: key, until: now() + TimeInterval($0.components.seconds)) }
        }
    }

    private func stream(
        _ key: ObjectKey,
        _ etag: String,
        _ range: Range<Int64>
    ) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        let content = try await store.get(key, range: .closed(range.lowerBound, range.upperBound - 1), ifMatch: etag)
        return content.body.map { ByteBuffer(bytes: $0) }
    }
}
