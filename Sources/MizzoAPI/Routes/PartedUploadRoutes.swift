import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `/upload`: a large file in parts, straight into the store, which goes on where it was broken off.
///
/// The object store alone knows which parts have arrived, and is asked each time; the ticket knows what they are to be.
struct PartedUploadRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies

    var endpoints: [Endpoint] { [begin] + read + [complete, discard] }

    struct Form: RequestBodyForm {
        static let schema = Schema.object(
            "PartedUploadForm",
            [.required("contentType", .choice(["audio/mpeg"])), .required("byteCount", .integer(1...Int64.max))]
        )
        var contentType: String
        var byteCount: Int64
    }

    private var begin: Endpoint {
        Endpoint(
            .post,
            "/upload",
            .roles([.artist], .unowned),
            "A ticket for one audio file in parts, with presigned PUTs for the first ones",
            takes: .json(Form.self),
            gives: [.created(PartedUploadView.self, "The upload, RECEIVING.", headers: [.location])]
        ) { request, context, artist in
            let form = try await JSON.body(Form.self, of: request, limit: configuration.bodyByteCountMax)
            return try await begin(form, artist, context)
        }
    }

    private var read: [Endpoint] {
        Endpoint.readable(
            "/upload/{id}",
            .roles([.artist], .own),
            "Which parts have arrived, and presigned PUTs for the next ones",
            parameters: [.uploadID],
            gives: [.ok(PartedUploadView.self, "The upload.", headers: [.cacheControl])],
            problems: [.uploadNotFound]
        ) { _, context, artist in
            let view = try await uploads.view(of: try await find(context, artist))
            return try JSON.response(view, headers: [.cacheControl: "no-store"])
        }
    }

    private var complete: Endpoint {
        Endpoint(
            .post,
            "/upload/{id}/complete",
            .roles([.artist], .own),
            "Join the parts, when all have arrived",
            parameters: [.uploadID],
            gives: [.ok(PartedUploadView.self, "The upload, COMPLETE; also when it was before.")],
            problems: [.uploadNotFound, .uploadExpired, .uploadIncomplete]
        ) { _, context, artist in try await complete(artist, context) }
    }

    private var discard: Endpoint {
        Endpoint(
            .delete,
            "/upload/{id}",
            .roles([.artist], .own),
            "Give up an upload; its parts are removed",
            parameters: [.uploadID],
            gives: [.noContent],
            problems: [.uploadNotFound, .uploadInUse]
        ) { _, context, artist in try await discard(artist, context) }
    }

    private var uploads: PartedUploads { PartedUploads(configuration: configuration, dependencies: dependencies) }

    private func begin(_ form: Form, _ artist: Principal, _ context: APIContext) async throws -> Response {
        let most = configuration.audioByteCountMax
        var check = Validation()
        check.require(form.contentType == "audio/mpeg", "contentType", "Expected audio/mpeg.")
        check.require((1...most).contains(form.byteCount), "byteCount", "Expected 1 to \(most).")
        try check.finish()
        let now = dependencies.now()
        let begun = try await uploads.begin(form, owner: artist.id, at: now)
        let (ticket, view) = (begun.ticket, try await uploads.view(of: begun))
        let location = "\(configuration.publicBaseURL)/upload/\(ticket.id)"
        return try await context.transact(in: dependencies.database, at: now) { db in
            try Catalog.issue(ticket, at: now, in: db)
            let lifetime = configuration.partedTicketLifetime
            try dependencies.workflows.partsBegan(ticket, lifetime: lifetime, in: db)
            return try Answer(view, status: .created, headers: [.location: location])
        }
    }

    private func complete(_ artist: Principal, _ context: APIContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        let view = try await uploads.joined(try await find(context, artist))
        let now = dependencies.now()
        return try await context.transact(in: dependencies.database, at: now) { db in
            let found = try PartedTicket(text, of: artist.id, at: now, in: db)
            guard !found.isVoid else { throw found.ended }
            try dependencies.workflows.partsEnded(found.ticket.id, joined: true, in: db)
            return try Answer(view)
        }
    }

    private func discard(_ artist: Principal, _ context: APIContext) async throws -> Response {
        let (text, now) = (context.parameters.get("id") ?? "", dependencies.now())
        return try await dependencies.database.write { db in
            let id = try PartedTicket(text, of: artist.id, at: now, in: db).ticket.id
            guard try Catalog.abandonUpload(id, at: now, in: db) else {
                let fate = "It fails by itself if the file does not arrive."
                throw Problem(.uploadInUse, "Track \(id) is registered with this upload. \(fate)")
            }
            try dependencies.workflows.partsEnded(id, joined: false, in: db)
            return Response(status: .noContent)
        }
    }

    private func find(_ context: APIContext, _ artist: Principal) async throws -> PartedTicket {
        let (text, now) = (context.parameters.get("id") ?? "", dependencies.now())
        return try await dependencies.database.read { try PartedTicket(text, of: artist.id, at: now, in: $0) }
    }
}
