import DurableSQLite
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `/admin/artist-application`: the queue, the verdicts and the history. A verdict is recorded once and handed to the
/// workflow in the same transaction; the workflow carries it out.
struct ApplicationReviewRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let cursors: CursorSeal

    var endpoints: [Endpoint] { [queue, approve, reject, audit] }

    private var queue: Endpoint {
        Endpoint(
            .get,
            "/admin/artist-application",
            .roles([.admin], .any),
            "Applications in a status, oldest first",
            parameters: Parameter.paging + [
                .query("status", .choice(ApplicationStatus.self), "REVIEWING unless given.")
            ],
            gives: [.ok(Page<ArtistApplicationView>.self)]
        ) { request, _, admin in
            let status: ApplicationStatus = try request.choice("status") ?? .reviewing
            let scope = "admin-applications:\(admin.id):\(status.rawValue)"
            let page = try PageRequest<ListPosition>(request, cursors: cursors, scope: scope)
            let found = try await dependencies.database.read { db in
                try Catalog.applications(standing: status, after: page.position, limit: page.limit + 1, in: db)
            }
            return try Self.answer(found, page.limit, cursors, scope: scope, forAdmin: true)
        }
    }

    private var approve: Endpoint {
        verdict("approve", "Make the applicant an artist") { _, context, admin in
            try await decide(context, admin, approved: true, reason: nil)
        }
    }

    private var reject: Endpoint {
        verdict("reject", "Reject an application", takes: .json(ReasonForm.self)) { request, context, admin in
            let reason = try await ReasonForm.reason(in: request, limit: configuration.bodyByteCountMax)
            return try await decide(context, admin, approved: false, reason: reason)
        }
    }

    private var audit: Endpoint {
        Endpoint(
            .get,
            "/admin/artist-application/{id}/audit",
            .roles([.admin], .any),
            "Who moved and edited the application, when and why",
            parameters: [.applicationID],
            gives: [.ok(AuditTrail.self)],
            problems: [.applicationNotFound]
        ) { _, context, _ in
            let id = try context.applicationID()
            let trail = try await dependencies.database.read { try Catalog.statusAudit(of: .application(id), in: $0) }
            guard !trail.isEmpty else { throw Problem.notFound(.application(id)) }
            return try JSON.response(AuditTrail(items: trail.map(AuditView.init)))
        }
    }

    private func verdict(
        _ name: String,
        _ summary: String,
        takes body: BodyDescription? = nil,
        handle: @escaping Endpoint.Handler
    ) -> Endpoint {
        Endpoint(
            .post,
            "/admin/artist-application/{id}/\(name)",
            .roles([.admin], .any),
            summary,
            parameters: [.applicationID],
            takes: body,
            gives: [.ok(ArtistApplicationView.self, "The verdict is recorded; the workflow carries it out.")],
            problems: [.applicationNotFound, .applicationAlreadyDecided],
            handle: handle
        )
    }

    private func decide(
        _ context: APIContext,
        _ admin: Principal,
        approved: Bool,
        reason: String?
    ) async throws -> Response {
        let id = try context.applicationID()
        let verdict = ReviewDecision(approved: approved, reason: reason, admin: admin.id, decidedAt: dependencies.now())
        let workflows = dependencies.workflows
        let application = try await dependencies.database.write { db in
            let application = try Catalog.decideApplication(id, verdict, in: db)
            try workflows.applicationDecided(application, verdict, in: db)
            return application
        }
        return try JSON.response(ArtistApplicationView(application, forAdmin: true))
    }

    /// A page of applications.
    ///
    /// - Parameter limit: items of the page; one more was asked for, to know whether there is a next one.
    static func answer(
        _ found: [ArtistApplication],
        _ limit: Int,
        _ cursors: CursorSeal,
        scope: String,
        forAdmin: Bool
    ) throws -> Response {
        let shown = found.prefix(limit)
        let last = found.count > limit ? shown.last : nil
        return try JSON.response(
            Page(
                items: shown.map { ArtistApplicationView($0, forAdmin: forAdmin) },
                next: try last.map { try cursors.seal(ListPosition(after: $0), scope: scope) }
            )
        )
    }
}
