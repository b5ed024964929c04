import FoundationEssentials
import LyricsSync
import MizzoCatalog

/// The body of `POST /artist-application` and `PUT /artist-application/{id}`.
struct ArtistApplicationForm: RequestBodyForm {
    static let schema = Schema.object(
        "ArtistApplicationForm",
        [.required("artistName", .line(max: 100)), .required("statement", .string(max: 4_000))]
    )

    var artistName: String
    var statement: String

    /// Checks it and returns the flags for the reviewing admin.
    func checked(_ profanity: ProfanityCheck) throws -> (form: ApplicationForm, flags: [ProfanityFinding]) {
        var check = Validation()
        check.line(artistName, "artistName", max: 100)
        check.require(!statement.isBlankToTheEye, "statement", "Must not be empty.")
        check.text(statement, "statement", max: 4_000)
        let flags =
            profanity.findings(in: artistName, field: "artistName")
            + profanity.findings(in: statement, field: "statement")
        check.refuse(flags)
        try check.finish()
        return (ApplicationForm(artistName: artistName, statement: statement), flags)
    }
}

/// An application as its applicant and admins see it.
struct ArtistApplicationView: Encodable, Described {
    static let schema = Schema.object(
        "ArtistApplication",
        [
            .required("id", .trackID), .required("applicantId", .userID), .required("artistName", .string(max: 100)),
            .required("statement", .string(max: 4_000)), .required("status", .choice(ApplicationStatus.self)),
            .optional("statusReason", .string()), .optional("contentFlags", .array(of: ProfanityFinding.schema)),
            .required("createdAt", .time), .required("updatedAt", .time),
        ]
    )

    var id: String
    var applicantId: String
    var artistName: String
    var statement: String
    var status: String
    var statusReason: String?
    /// Admin only.
    var contentFlags: [ProfanityFinding]?
    var createdAt: Date
    var updatedAt: Date

    init(_ application: ArtistApplication, forAdmin: Bool) {
        id = application.id.rawValue
        applicantId = application.applicant.rawValue
        artistName = application.form.artistName
        statement = application.form.statement
        status = application.status.rawValue
        statusReason = application.statusReason
        contentFlags = forAdmin ? application.contentFlags : nil
        createdAt = application.createdAt
        updatedAt = application.updatedAt
    }
}
