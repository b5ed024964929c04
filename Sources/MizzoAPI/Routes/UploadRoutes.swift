import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `POST /utils/upload-url`: a ticket and a presigned URL. The server alone chooses identifiers and keys.
struct UploadRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/utils/upload-url",
                .roles([.artist], .unowned),
                "A ticket and a presigned PUT for one file",
                takes: .json(Form.self),
                gives: [.created(Description.self, "The ticket.")]
            ) { request, context, artist in
                let form = try await JSON.body(Form.self, of: request, limit: configuration.bodyByteCountMax)
                return try await issue(form, to: artist, context)
            }
        ]
    }

    struct Form: RequestBodyForm {
        static let schema = Schema.object(
            "UploadForm",
            [
                .required("contentType", .choice(["audio/mpeg", "image/jpeg", "image/png", "image/webp"])),
                .required("byteCount", .integer(1...Int64.max)), .nullable("kind", .choice(UploadKind.self)),
            ]
        )
        var contentType: String
        var byteCount: Int64
        var kind: String?
    }

    struct Description: Encodable, Described {
        static let schema = Schema.object(
            "UploadTicket",
            [
                .required("uploadId", .trackID), .optional("trackId", .trackID), .required("key", .string()),
                .required("objectUrl", .string()), .required("method", .choice(["PUT"])), .required("url", .string()),
                .required("headers", .headerFields), .required("urlExpiresAt", .time),
                .required("registerBefore", .time),
            ]
        )
        var uploadId: String
        /// Set for audio: the id to register the track with.
        var trackId: String?
        var key: String
        /// What `trackUrl` or `posterUrl` of the registration takes.
        var objectUrl: String
        var method = "PUT"
        var url: String
        var headers: [String: String]
        var urlExpiresAt: Date
        var registerBefore: Date
    }

    private func issue(_ form: Form, to artist: Principal, _ context: APIContext) async throws -> Response {
        let now = dependencies.now()
        let ticket = try ticket(form, owner: artist.id, now: now)
        let grant = UploadGrant(
            key: ticket.key,
            contentType: ticket.contentType,
            byteCount: form.byteCount,
            expiresAt: now.addingTimeInterval(configuration.uploadURLLifetime)
        )
        let description = description(of: ticket, grant, try await dependencies.media.presign(grant))
        return try await context.transact(in: dependencies.database, at: now) { db in
            try Catalog.issue(ticket, at: now, in: db)
            if ticket.kind == .poster { try dependencies.workflows.posterTicketIssued(ticket, in: db) }
            return try Answer(description, status: .created)
        }
    }

    private func description(
        of ticket: UploadTicket,
        _ grant: UploadGrant,
        _ presigned: PresignedUpload
    ) -> Description {
        Description(
            uploadId: ticket.id.rawValue,
            trackId: ticket.kind == .audio ? ticket.id.rawValue : nil,
            key: ticket.key,
            objectUrl: "s3://\(configuration.bucket)/\(ticket.key)",
            url: presigned.url,
            headers: presigned.headers,
            urlExpiresAt: grant.expiresAt,
            registerBefore: ticket.expiresAt
        )
    }

    private func ticket(_ form: Form, owner: UserID, now: Date) throws -> UploadTicket {
        let id = dependencies.makeUploadID(now)
        guard let kind = UploadKind(rawValue: form.kind ?? UploadKind.audio.rawValue) else {
            throw Problem.validation([FieldError(pointer: "/kind", detail: "Expected audio or poster.")])
        }
        var check = Validation()
        let (key, byteCountMax, types) = terms(of: kind, id, contentType: form.contentType)
        check.require(key != nil, "contentType", "Expected \(types).")
        check.require((1...byteCountMax).contains(form.byteCount), "byteCount", "Expected 1 to \(byteCountMax).")
        guard let key, check.errors.isEmpty else { throw Problem.validation(check.errors) }
        return UploadTicket(
            id: id,
            owner: owner,
            kind: kind,
            key: key,
            contentType: form.contentType,
            byteCountMax: form.byteCount,
            expiresAt: now.addingTimeInterval(configuration.ticketLifetime)
        )
    }

    /// Where an upload of this kind goes, or `nil` for a type it does not take; its limit; and the types it takes.
    private func terms(
        of kind: UploadKind,
        _ id: UploadID,
        contentType: String
    ) -> (key: String?, byteCountMax: Int64, types: String) {
        switch kind {
        case .audio:
            let key = contentType == "audio/mpeg" ? MediaKeys.rawTrack(TrackID(of: id)) : nil
            return (key, configuration.audioByteCountMax, "audio/mpeg")
        case .poster:
            let key = MediaKeys.poster(id, contentType: contentType)
            return (key, configuration.posterByteCountMax, "image/jpeg, image/png or image/webp")
        }
    }
}
