import DurableSQLite
import GRDB
import Hummingbird
import MizzoCatalog

/// Artist applications under review. Both verdicts are final, so there is nothing to moderate.
struct ReviewedApplications: ReviewedKind {
    let workflows: any ReviewWorkflows

    let naming = ReviewNaming(
        path: "artist-application",
        one: "an application",
        many: "Applications",
        order: "oldest first",
        id: .applicationID,
        statuses: .choice(ApplicationStatus.self),
        notFound: .applicationNotFound,
        stale: .applicationVersionStale,
        illegalMove: .applicationIllegalMove
    )
    let verdictProblems: [ProblemKind] = [.applicationAlreadyDecided]
    let filters: [Parameter] = []

    func filter(of request: Request) throws -> (ApplicationStatus, words: [String?]) {
        let status: ApplicationStatus = try request.choice("status") ?? .reviewing
        return (status, [status.rawValue])
    }

    func items(
        matching status: ApplicationStatus,
        after position: ListPosition?,
        limit: Int,
        in db: Database
    ) throws -> [ArtistApplication] {
        try Catalog.applications(standing: status, after: position, limit: limit, in: db)
    }

    func position(after application: ArtistApplication) -> ListPosition { ListPosition(after: application) }

    func id(in context: APIContext) throws -> ApplicationID { try context.applicationID() }

    func item(_ id: ApplicationID, in db: Database) throws -> ArtistApplication {
        guard let application = try Catalog.application(id, in: db) else { throw Problem.notFound(.application(id)) }
        return application
    }

    func tag(of application: ArtistApplication) -> String { EntityTag.of(application) }

    func view(of application: ArtistApplication, _ verdict: ReviewDecision?) -> ArtistApplicationView {
        ArtistApplicationView(application, forAdmin: true)
    }

    func trail(of id: ApplicationID, in db: Database) throws -> [AuditView] {
        try Catalog.statusAudit(of: .application(id), in: db).map(AuditView.init)
    }

    func decide(_ id: ApplicationID, _ verdict: ReviewDecision, in db: Database) throws {
        let application = try Catalog.decideApplication(id, verdict, in: db)
        try workflows.applicationDecided(application, verdict, in: db)
    }
}
