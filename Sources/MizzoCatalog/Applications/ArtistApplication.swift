import FoundationEssentials
import GRDB

/// Where an application stands. Both verdicts are final; a rejected listener may apply again.
public enum ApplicationStatus: String, LifecycleStatus, Codable {
    /// Waits for an admin.
    case reviewing = "REVIEWING"
    /// The applicant is an artist.
    case approved = "APPROVED"
    /// The applicant stays a listener.
    case rejected = "REJECTED"

    /// The states this one may become; empty for a final state.
    public var successors: Set<ApplicationStatus> {
        switch self {
        case .reviewing: [.approved, .rejected]
        case .approved, .rejected: []
        }
    }
}

/// What an applicant writes.
public struct ApplicationForm: Equatable, Sendable {
    /// The name to perform under; the user's name after approval.
    public var artistName: String
    /// Why, for the admin.
    public var statement: String

    /// Takes a form as already validated.
    public init(artistName: String, statement: String) {
        self.artistName = artistName
        self.statement = statement
    }
}

/// A listener's application to become an artist.
public struct ArtistApplication: Equatable, Sendable {
    /// Also part of its URL.
    public let id: ApplicationID
    /// Who applies.
    public let applicant: UserID
    /// What the applicant wrote.
    public let form: ApplicationForm
    /// Profanity findings that an admin should see.
    public let contentFlags: [ProfanityFinding]
    /// Where it stands.
    public let status: ApplicationStatus
    /// A sentence for the applicant about the status.
    public let statusReason: String?
    /// When it was made.
    public let createdAt: Date
    /// The last change.
    public let updatedAt: Date
    /// Grows by one with every change.
    public let version: Int64

    init(row: Row) throws {
        id = row["id"]
        applicant = row["applicant"]
        form = ApplicationForm(artistName: row["artistName"], statement: row["statement"])
        contentFlags = try row.json("contentFlags")
        status = try row.choice("status")
        statusReason = row["statusReason"]
        createdAt = row.date("createdAt")
        updatedAt = row.date("updatedAt")
        version = row["version"]
    }
}

extension Catalog {
    /// The application, if there is one, whoever asks.
    public static func application(_ id: ApplicationID, in db: Database) throws -> ArtistApplication? {
        try Row.fetchOne(db, sql: "SELECT * FROM artistApplication WHERE id = ?", arguments: [id])
            .map(ArtistApplication.init(row:))
    }

    /// Oldest first, at most `limit` after `position`; `applicant` or `status` may be left open.
    public static func applications(
        of applicant: UserID? = nil,
        standing status: ApplicationStatus? = nil,
        after position: ListPosition?,
        limit: Int,
        in db: Database
    ) throws -> [ArtistApplication] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM artistApplication
                WHERE (?1 IS NULL OR applicant = ?1) AND (?2 IS NULL OR status = ?2) AND (createdAt, id) > (?3, ?4)
                ORDER BY createdAt, id LIMIT ?5
                """,
            arguments: [
                applicant, status?.rawValue, position?.createdAt ?? Int64.min, position?.id ?? "", limit,
            ]
        ).map(ArtistApplication.init(row:))
    }

    static func existingApplication(_ id: ApplicationID, in db: Database) throws -> ArtistApplication {
        guard let application = try application(id, in: db) else { throw CatalogError.notFound(.application(id)) }
        return application
    }
}
