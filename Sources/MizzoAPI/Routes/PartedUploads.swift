import FoundationEssentials
import MizzoCatalog

/// Uploads in parts: what of them has arrived, and what is to be done with it.
struct PartedUploads: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies

    /// Most URLs of one answer: at 8 MiB each, 800 MiB.
    private static let urlCountMax = 100

    /// Begins an upload in the store. Should its ticket not be recorded, it is for the store to remove.
    func begin(_ form: PartedUploadRoutes.Form, owner: UserID, at now: Date) async throws -> PartedTicket {
        let id = dependencies.makeUploadID(now)
        let key = MediaKeys.rawTrack(TrackID(of: id))
        let upload = try await dependencies.media.beginParts(key, contentType: form.contentType)
        let size = UploadParts.partByteCount(for: form.byteCount, preferred: configuration.uploadPartByteCount)
        let parts = UploadParts(storeUploadID: upload.id, byteCount: form.byteCount, partByteCount: size)
        let ticket = UploadTicket(
            id: id,
            owner: owner,
            kind: .audio,
            key: key,
            contentType: form.contentType,
            byteCountMax: form.byteCount,
            parts: parts,
            expiresAt: now.addingTimeInterval(configuration.partedTicketLifetime)
        )
        return PartedTicket(ticket, parts)
    }

    /// What has arrived of an upload, and how the rest is brought.
    func view(of found: PartedTicket) async throws -> PartedUploadView {
        guard found.isOpen, let stored = try await dependencies.media.parts(of: found.upload) else {
            return view(of: found, try await isWhole(found) ? .complete : .ended)
        }
        var view = view(of: found, .receiving)
        let arrived = found.arrived(stored)
        view.received = arrived.map { .init(partNumber: $0.number, byteCount: $0.byteCount, etag: $0.etag) }
        let expiry = dependencies.now().addingTimeInterval(configuration.uploadURLLifetime)
        for number in found.missing(arrived).prefix(Self.urlCountMax) {
            view.missing.append(try await missing(number, of: found, until: expiry))
        }
        if !view.missing.isEmpty { view.urlsExpireAt = expiry }
        return view
    }

    private func view(of found: PartedTicket, _ status: PartedUploadView.Status) -> PartedUploadView {
        PartedUploadView(found.ticket, found.parts, status, bucket: configuration.bucket)
    }

    private func missing(
        _ number: Int,
        of found: PartedTicket,
        until expiry: Date
    ) async throws -> PartedUploadView.Missing {
        let grant = PartGrant(number: number, byteCount: found.parts.byteCount(of: number), expiresAt: expiry)
        let presigned = try await dependencies.media.presign(grant, of: found.upload)
        return PartedUploadView.Missing(
            partNumber: number,
            offset: Int64(number - 1) * found.parts.partByteCount,
            byteCount: grant.byteCount,
            url: presigned.url,
            headers: presigned.headers
        )
    }

    /// Joins the parts, unless that was done before.
    ///
    /// - Throws: 409 while parts are missing, 410 when the upload has ended otherwise.
    func joined(_ found: PartedTicket) async throws -> PartedUploadView {
        // A part that is replaced meanwhile is looked at once more.
        for _ in 1...2 {
            guard found.isOpen, let stored = try await dependencies.media.parts(of: found.upload) else {
                return try await whole(found)
            }
            let arrived = found.arrived(stored)
            guard found.missing(arrived).isEmpty else { throw found.incomplete(found.missing(arrived)) }
            if try await dependencies.media.join(arrived, of: found.upload) { return try await whole(found) }
        }
        throw found.changing
    }

    private func whole(_ found: PartedTicket) async throws -> PartedUploadView {
        guard try await isWhole(found) else { throw found.ended }
        return view(of: found, .complete)
    }

    private func isWhole(_ found: PartedTicket) async throws -> Bool {
        guard !found.isVoid else { return false }
        return try await dependencies.media.object(found.ticket.key)?.size == found.parts.byteCount
    }
}
