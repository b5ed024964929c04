import CloudServices
import FoundationEssentials
import MizzoAPI

extension ObjectMedia: PartedMedia {
    func beginParts(_ key: String, contentType: String) async throws -> PartedUpload {
        let upload = try await reaching { try await store.beginUpload(ObjectKey(key), contentType: contentType) }
        return PartedUpload(key: upload.key.rawValue, id: upload.id)
    }

    func presign(_ part: PartGrant, of upload: PartedUpload) async throws -> PresignedUpload {
        let request = try await store.presignPart(
            part.number,
            of: MultipartUpload(upload),
            byteCount: part.byteCount,
            expiresIn: lifetime(until: part.expiresAt)
        )
        return offer(request)
    }

    func parts(of upload: PartedUpload) async throws -> [StoredPart]? {
        do {
            return try await reaching { try await store.parts(of: MultipartUpload(upload)) }
                .map { StoredPart(number: $0.number, byteCount: $0.size, etag: $0.etag) }
        } catch let error as ObjectStoreError where error.kind == .noSuchUpload {
            return nil
        }
    }

    func join(_ parts: [StoredPart], of upload: PartedUpload) async throws -> Bool {
        let parts = parts.map { UploadedPart(number: $0.number, size: $0.byteCount, etag: $0.etag) }
        do {
            _ = try await reaching {
                try await store.completeUpload(MultipartUpload(upload), parts: parts, ifAbsent: true)
            }
            return true
        } catch let error as ObjectStoreError where error.kind == .noSuchUpload || error.kind == .preconditionFailed {
            // What there is now is for the caller to see.
            return true
        } catch let error as ObjectStoreError where error.kind == .invalidPart {
            return false
        }
    }
}

extension MultipartUpload {
    fileprivate init(_ upload: PartedUpload) throws { self.init(key: try ObjectKey(upload.key), id: upload.id) }
}
