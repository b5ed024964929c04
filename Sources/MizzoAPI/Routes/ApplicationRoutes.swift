import DurableSQLite
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `/artist-application`: a listener asks to become an artist. Only the applicant and admins ever see an application.
struct ApplicationRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let views: TrackViews
    let cursors: CursorSeal

    var endpoints: [Endpoint] { [create, own, one, edit] }

    private var create: Endpoint {
        Endpoint(
            .post,
            "/artist-application",
            .roles([.listener], .own),
            "Apply to become an artist",
            takes: .json(ArtistApplicationForm.self),
            gives: [.created(ArtistApplicationView.self, "The application, REVIEWING.", headers: [.eTag, .location])],
            problems: [.applicationNotPossible]
        ) { try await create($0, $1, $2) }
    }

    private var own: Endpoint {
        Endpoint(
            .get,
            "/artist-application",
            .roles(.signedIn, .own),
            "The own applications, oldest first",
            parameters: Parameter.paging,
            gives: [.ok(Page<ArtistApplicationView>.self)]
        ) { request, _, user in
            let scope = "own-applications:\(user.id)"
            let page = try PageRequest<ListPosition>(request, cursors: cursors, scope: scope)
            let found = try await dependencies.database.read { db in
                try Catalog.applications(of: user.id, after: page.position, limit: page.probe, in: db)
            }
            return try page.response(found, ListPosition.init(after:)) {
                ArtistApplicationView($0, forAdmin: false)
            }
        }
    }

    private var one: Endpoint {
        Endpoint(
            .get,
            "/artist-application/{id}",
            .roles(.signedIn, .ownOrAdmin),
            "An application",
            parameters: [.applicationID],
            gives: [.ok(ArtistApplicationView.self, "The application.", headers: [.eTag])],
            problems: [.applicationNotFound]
        ) { _, context, user in
            let id = try context.applicationID()
            let application = try await dependencies.database.read { try Catalog.application(id, in: $0) }
            guard let application, application.applicant == user.id || user.role == .admin else {
                throw Problem.notFound(.application(id))
            }
            let view = ArtistApplicationView(application, forAdmin: user.role == .admin)
            return try JSON.response(view, headers: [.eTag: EntityTag.of(application)])
        }
    }

    private var edit: Endpoint {
        Endpoint(
            .put,
            "/artist-application/{id}",
            .roles(.signedIn, .own),
            "Replace an own application that nobody has decided about",
            parameters: [.applicationID, .ifMatchRequired],
            takes: .json(ArtistApplicationForm.self),
            gives: [.ok(ArtistApplicationView.self, "The application as it is now.", headers: [.eTag])],
            problems: [
                .applicationNotFound, .applicationAlreadyDecided, .applicationVersionStale, .ifMatchRequired,
            ]
        ) { try await edit($0, $1, $2) }
    }

    private func create(_ request: Request, _ context: APIContext, _ user: Principal) async throws -> Response {
        let body = try await JSON.body(ArtistApplicationForm.self, of: request, limit: configuration.bodyByteCountMax)
        let (form, flags) = try body.checked(configuration.profanity)
        let (now, workflows) = (dependencies.now(), dependencies.workflows)
        guard let id = ApplicationID(rawValue: dependencies.makeUploadID(now).rawValue) else {
            throw Problem(.internalError, "No identifier could be made. Try again.")
        }
        return try await context.transact(in: dependencies.database, at: now) { db in
            let application = try Catalog.apply(id, applicant: user.id, form: form, flags: flags, at: now, in: db)
            try workflows.applicationReceived(application, in: db)
            return try Answer(
                ArtistApplicationView(application, forAdmin: false),
                status: .created,
                headers: [.location: views.url("/artist-application/\(id)"), .eTag: EntityTag.of(application)]
            )
        }
    }

    private func edit(_ request: Request, _ context: APIContext, _ user: Principal) async throws -> Response {
        let id = try context.applicationID()
        let body = try await JSON.body(ArtistApplicationForm.self, of: request, limit: configuration.bodyByteCountMax)
        let (form, flags) = try body.checked(configuration.profanity)
        let (now, ifMatch) = (dependencies.now(), request.headers[.ifMatch])
        let application = try await dependencies.database.write { db in
            guard let before = try Catalog.application(id, in: db), before.applicant == user.id else {
                throw Problem.notFound(.application(id))
            }
            try EntityTag.requireMatch(ifMatch, tag: EntityTag.of(before), stale: .applicationVersionStale)
            let version = before.version
            return try Catalog.editApplication(id, form: form, flags: flags, expected: version, at: now, in: db)
        }
        let view = ArtistApplicationView(application, forAdmin: false)
        return try JSON.response(view, headers: [.eTag: EntityTag.of(application)])
    }
}
